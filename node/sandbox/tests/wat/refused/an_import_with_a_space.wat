;; `caller` and a space.
;; refused: unknown import `zx.caller `
(module
  (import "zx" "caller " (func (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
