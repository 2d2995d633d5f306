;; The empty name.
;; refused: unknown import `zx.`
(module
  (import "zx" "" (func))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
