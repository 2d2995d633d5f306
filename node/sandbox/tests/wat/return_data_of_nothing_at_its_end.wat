;; No bytes from where the data ends.
;; outcome: Success
;; gas: 304
;; reply: 0 abcd
(module
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (import "zx" "return_data_copy" (func $return_data_copy (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
    (call $return_data_copy (i32.const 0) (i32.const 2) (i32.const 0))
    (i32.const 0)))
