;; Writes four bytes, of which three are outside the memory.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.store (i32.const 65535) (i32.const -1))
    (i32.const 0)))
