;; Reads four bytes: three inside the memory, one outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.load (i32.const 65533))))
