;; The account is inside, the place for its balance is not.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "balance" (func $balance (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $balance (i32.const 0) (i32.const 65535))
    (i32.const 0)))
