;; Twenty bytes at 2^32 - 1 wrap around to the beginning.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "coinbase" (func $coinbase (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $coinbase (i32.const -1))
    (i32.const 0)))
