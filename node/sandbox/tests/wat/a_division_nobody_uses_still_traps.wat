;; The quotient by zero is dropped: the compiler may not drop the trap with it.
;; outcome: Trap(DivisionByZero)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (i64.rem_s (i64.const 1) (i64.const 0)))
    (i32.const 0)))
