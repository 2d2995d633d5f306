;; Pointer and length add up to 2^32 and 9, which is 9 in 32 bits.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $output (i32.const -1) (i32.const 10))
    (i32.const 0)))
