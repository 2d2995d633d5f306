;; Writes the low byte of 64 bits to the first byte outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i64.store8 (i32.const 65536) (i64.const -1))
    (i32.const 0)))
