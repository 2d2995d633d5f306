;; The offset is behind the end of the calldata: zeros, not what lies there.
;; outcome: Success
;; gas: 304
;; input: abcd
;; output: 00000000
(module
  (import "zx" "calldata_copy" (func $calldata_copy (param i32 i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.store (i32.const 0) (i32.const -1))
    (call $calldata_copy (i32.const 0) (i32.const 3) (i32.const 4))
    (call $output (i32.const 0) (i32.const 4))
    (i32.const 0)))
