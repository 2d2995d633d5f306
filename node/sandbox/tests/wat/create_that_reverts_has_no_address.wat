;; The constructor reverts: zeros for the address, its reason for the data.
;; outcome: Success
;; gas: 306
;; reply: 1 6e6f
;; output: 00000000000000000000000000000000000000006e6f
(module
  (import "zx" "create" (func $create (param i32 i32 i32 i32) (result i32)))
  (import "zx" "return_data_copy" (func $return_data_copy (param i32 i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i64.store (i32.const 0) (i64.const -1))
    (if (i32.ne (call $create (i32.const 64) (i32.const 64) (i32.const 0) (i32.const 0)) (i32.const 1)) (then (unreachable)))
    (call $return_data_copy (i32.const 20) (i32.const 0) (i32.const 2))
    (call $output (i32.const 0) (i32.const 22))
    (i32.const 0)))
