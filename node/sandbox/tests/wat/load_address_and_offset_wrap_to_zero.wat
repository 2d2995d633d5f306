;; Address and offset add up to 2^32, which is 0 in 32 bits, but is not 0.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.load8_u offset=1 (i32.const -1))))
