;; `Caller` is not `caller`.
;; refused: unknown import `zx.Caller`
(module
  (import "zx" "Caller" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
