;; The last byte of the address to look up is outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "balance" (func $balance (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $balance (i32.const 65517) (i32.const 0))
    (i32.const 0)))
