;; Divides by zero: signed, 32 bits.
;; outcome: Trap(DivisionByZero)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.div_s (i32.const 1) (i32.const 0))))
