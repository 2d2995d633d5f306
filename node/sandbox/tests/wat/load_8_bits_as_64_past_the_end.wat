;; Reads one byte, the first outside, widened to 64 bits.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.wrap_i64 (i64.load8_s (i32.const 65536)))))
