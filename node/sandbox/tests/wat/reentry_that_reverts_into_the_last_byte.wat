;; The inner frame reverts with a reason; the outer one copies it across the end.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
;; frames: 2
(module
  (import "zx" "calldata_size" (func $calldata_size (result i32)))
  (import "zx" "revert" (func $revert (param i32 i32)))
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (import "zx" "return_data_copy" (func $return_data_copy (param i32 i32 i32)))
  (import "zx" "return_data_size" (func $return_data_size (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (call $calldata_size) (then (call $revert (i32.const 0) (i32.const 4))))
    (drop (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)))
    (call $return_data_copy (i32.const 65533) (i32.const 0) (call $return_data_size))
    (i32.const 0)))
