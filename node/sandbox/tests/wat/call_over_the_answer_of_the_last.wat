;; Each call replaces the data of the last one: ten calls leave what one leaves.
;; outcome: Success
;; gas: 327
;; reply: 0 abcd
(module
  (import "zx" "static_call" (func $static_call (param i64 i32 i32 i32) (result i32)))
  (import "zx" "return_data_size" (func $return_data_size (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (local i32)
    (local.set 0 (i32.const 10))
    (loop
      (drop (call $static_call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0)))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (i32.ne (call $return_data_size) (i32.const 2))))
