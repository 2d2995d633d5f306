;; The memory has no pages at all, and the first byte is written.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 0)
  (func (export "call") (result i32)
    (i32.store8 (i32.const 0) (i32.const 1))
    (i32.const 0)))
