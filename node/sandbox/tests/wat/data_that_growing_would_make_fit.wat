;; The maximum has room for the segment, the memory at the start has not.
;; outcome: Trap(Instantiation)
;; gas: all
(module
  (memory (export "memory") 1 2)
  (data (i32.const 65536) "a")
  (func (export "call") (result i32)
    (i32.const 0)))
