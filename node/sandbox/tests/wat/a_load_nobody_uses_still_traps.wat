;; The value read out of bounds is dropped: the compiler may not drop the trap with it.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (i32.load (i32.const 65536)))
    (i32.const 0)))
