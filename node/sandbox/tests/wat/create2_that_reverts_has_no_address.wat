;; The constructor reverts: the status is 1, zeros stand for the address, and why is return data.
;; outcome: Success
;; gas: 307
;; reply: 1 6e6f
;; output: 00000000000000000000000000000000000000006e6f
(module
  (import "zx" "create2" (func $create2 (param i32 i32 i32 i32 i32) (result i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (import "zx" "return_data_copy" (func $return_data_copy (param i32 i32 i32)))
  (import "zx" "return_data_size" (func $return_data_size (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i64.store (i32.const 0) (i64.const -1))
    (if (i32.ne (call $create2 (i32.const 32) (i32.const 32) (i32.const 32) (i32.const 0) (i32.const 0)) (i32.const 1)) (then (unreachable)))
    (call $return_data_copy (i32.const 20) (i32.const 0) (call $return_data_size))
    (call $output (i32.const 0) (i32.const 22))
    (i32.const 0)))
