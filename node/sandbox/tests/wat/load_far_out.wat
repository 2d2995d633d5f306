;; Reads where address and offset add up to nearly 8 GiB.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.load offset=4294967295 (i32.const -1))))
