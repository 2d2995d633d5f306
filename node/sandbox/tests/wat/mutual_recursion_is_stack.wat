;; Two functions call each other for ever: the stack ends before the gas.
;; outcome: Trap(StackExhausted)
;; gas: all
(module
  (memory (export "memory") 1)
  (func $one (result i32) (call $other))
  (func $other (result i32) (call $one))
  (func (export "call") (result i32)
    (call $other)))
