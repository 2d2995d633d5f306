;; Calls itself for ever: the stack ends before the gas.
;; outcome: Trap(StackExhausted)
;; gas: all
(module
  (memory (export "memory") 1)
  (func $call (export "call") (result i32)
    (call $call)))
