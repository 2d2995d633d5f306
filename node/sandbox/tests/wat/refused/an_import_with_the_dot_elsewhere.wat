;; Module `zx.call` and name `er` read like `zx.call.er`, which is nothing either.
;; refused: unknown import `zx.call.er`
(module
  (import "zx.call" "er" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
