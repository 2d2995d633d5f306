;; Unsigned, 64 bits, by a zero that is not a constant.
;; outcome: Trap(DivisionByZero)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.wrap_i64 (i64.div_u (i64.const 1) (i64.extend_i32_u (i32.sub (memory.size) (i32.const 1)))))))
