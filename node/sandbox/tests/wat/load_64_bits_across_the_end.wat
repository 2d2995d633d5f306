;; Reads eight bytes, of which one is outside the memory.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.wrap_i64 (i64.load (i32.const 65529)))))
