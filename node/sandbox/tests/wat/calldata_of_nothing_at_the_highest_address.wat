;; Copies nothing to 2^32 - 1, which is out of bounds all the same.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "calldata_copy" (func $calldata_copy (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $calldata_copy (i32.const -1) (i32.const 0) (i32.const 0))
    (i32.const 0)))
