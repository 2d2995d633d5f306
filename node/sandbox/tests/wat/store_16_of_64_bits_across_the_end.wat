;; Writes the low half-word of 64 bits across the end.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i64.store16 (i32.const 65535) (i64.const -1))
    (i32.const 0)))
