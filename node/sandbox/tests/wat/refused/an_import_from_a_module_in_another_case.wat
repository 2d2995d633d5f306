;; `ZX` is not `zx`.
;; refused: unknown import `ZX.caller`
(module
  (import "ZX" "caller" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
