;; What is read out of bounds is multiplied by zero: the result is known, the trap must stay.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.mul (i32.load (i32.const 65536)) (i32.const 0))))
