;; A name that the table does not know.
;; refused: unknown import `zx.selfdestruct`
(module
  (import "zx" "selfdestruct" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
