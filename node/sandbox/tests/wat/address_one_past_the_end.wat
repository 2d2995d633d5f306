;; All of twenty bytes are outside, from the first on.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "address" (func $address (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $address (i32.const 65536))
    (i32.const 0)))
