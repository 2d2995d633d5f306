;; Reads at 2^31, where an address kept as a signed integer turns negative.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.load (i32.const 0x80000000))))
