;; Pointer and length of the calldata add up to 2^32 and 1.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "delegate_call" (func $delegate_call (param i64 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $delegate_call (i64.const -1) (i32.const 0) (i32.const -1) (i32.const 2)))
    (i32.const 0)))
