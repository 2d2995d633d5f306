;; The memory has no pages at all, and the first byte is read.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 0)
  (func (export "call") (result i32)
    (i32.load8_u (i32.const 0))))
