;; Calldata of no bytes has the length 0 and reads as zeros.
;; outcome: Success
;; gas: 304
;; output: 00000000
(module
  (import "zx" "calldata_copy" (func $calldata_copy (param i32 i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (import "zx" "calldata_size" (func $calldata_size (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $calldata_copy (i32.const 0) (i32.const 0) (i32.const 4))
    (call $output (i32.const 0) (i32.const 4))
    (call $calldata_size)))
