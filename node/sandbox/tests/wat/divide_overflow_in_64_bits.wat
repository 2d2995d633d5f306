;; The least integer of 64 bits by -1 does not fit.
;; outcome: Trap(IntegerOverflow)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.wrap_i64 (i64.div_s (i64.const 0x8000000000000000) (i64.const -1)))))
