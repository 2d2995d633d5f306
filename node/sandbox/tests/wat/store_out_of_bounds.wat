;; Writes the first byte past the memory.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.store8 (i32.const 65536) (i32.const 1))
    (i32.const 0)))
