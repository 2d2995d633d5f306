;; The same host function twice: every import is linked each time that a frame is entered.
;; refused: import `zx.gas_left` stands twice
(module
  (import "zx" "gas_left" (func (result i64)))
  (import "zx" "gas_left" (func (result i64)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
