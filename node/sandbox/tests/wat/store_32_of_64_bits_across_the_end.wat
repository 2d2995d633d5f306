;; Writes the low word of 64 bits across the end.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i64.store32 (i32.const 65533) (i64.const -1))
    (i32.const 0)))
