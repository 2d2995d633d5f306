;; So many operands that the frame alone is more than the stack: the first call is one too many.
;; outcome: Trap(StackExhausted)
;; gas: all
(module
  (memory (export "memory") 1)
  (func $nothing)
  (func (export "call") (result i32)
    (i32.const 0) ;; repeat 32600
    (call $nothing)
    (return)))
