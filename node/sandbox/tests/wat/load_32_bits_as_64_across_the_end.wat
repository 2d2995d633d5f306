;; Reads four bytes, one of them outside, widened to 64 bits.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.wrap_i64 (i64.load32_u (i32.const 65533)))))
