;; Reads two bytes, of which one is outside the memory.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.load16_u (i32.const 65535))))
