;; A reason of 2^32 - 1 bytes, with the gas for it: a trap, which is no revert.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
;; gas-limit: 1000000000000
(module
  (import "zx" "revert" (func $revert (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $revert (i32.const 0) (i32.const -1))
    (i32.const 0)))
