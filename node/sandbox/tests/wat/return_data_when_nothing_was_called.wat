;; Nothing was called: the length is 0, and nothing can be copied from 0.
;; outcome: Success
;; gas: 302
(module
  (import "zx" "return_data_copy" (func $return_data_copy (param i32 i32 i32)))
  (import "zx" "return_data_size" (func $return_data_size (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $return_data_copy (i32.const 0) (i32.const 0) (i32.const 0))
    (call $return_data_size)))
