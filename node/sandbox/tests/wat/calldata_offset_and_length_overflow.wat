;; Offset and length add up to 2^32 and 31: zeros.
;; outcome: Success
;; gas: 304
;; input: abcd
;; output: 0000000000000000000000000000000000000000000000000000000000000000
(module
  (import "zx" "calldata_copy" (func $calldata_copy (param i32 i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i64.store (i32.const 0) (i64.const -1))
    (call $calldata_copy (i32.const 0) (i32.const -1) (i32.const 32))
    (call $output (i32.const 0) (i32.const 32))
    (i32.const 0)))
