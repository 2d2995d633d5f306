;; A callee that reverts answers too.
;; outcome: Success
;; gas: 306
;; reply: 1 6e6f
;; output: 6e6f
(module
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (import "zx" "return_data_copy" (func $return_data_copy (param i32 i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
    (call $return_data_copy (i32.const 0) (i32.const 0) (i32.const 2))
    (call $output (i32.const 0) (i32.const 2))
    (i32.const 0)))
