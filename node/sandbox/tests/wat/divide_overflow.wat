;; Divides the least integer by -1, which does not fit and stops some processors.
;; outcome: Trap(IntegerOverflow)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.div_s (i32.const 0x80000000) (i32.const -1))))
