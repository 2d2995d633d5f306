;; Takes the remainder by zero: unsigned, 64 bits.
;; outcome: Trap(DivisionByZero)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.wrap_i64 (i64.rem_u (i64.const 1) (i64.const 0)))))
