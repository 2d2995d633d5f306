;; Address 0 is inside; the offset in the instruction is what leads out.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.load offset=65533 (i32.const 0))))
