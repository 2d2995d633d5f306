;; Writes eight bytes, of which one is outside the memory.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i64.store (i32.const 65529) (i64.const -1))
    (i32.const 0)))
