;; Reads the byte at 2^32 - 1, far behind the memory.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.load8_u (i32.const -1))))
