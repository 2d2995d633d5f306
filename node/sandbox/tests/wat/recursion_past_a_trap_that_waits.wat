;; Goes down until the stack ends; the division by zero after each call is never reached.
;; outcome: Trap(StackExhausted)
;; gas: all
(module
  (memory (export "memory") 1)
  (func $down
    (call $down)
    (drop (i32.div_u (i32.const 1) (i32.const 0))))
  (func (export "call") (result i32)
    (call $down)
    (i32.const 0)))
