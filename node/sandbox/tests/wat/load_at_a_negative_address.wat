;; Reads four bytes at -4, hoping that addresses have a sign.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.load (i32.const -4))))
