;; The inner frame fails: status 2, no data, and the outer frame goes on.
;; outcome: Success
;; gas: 984381
;; frames: 2
(module
  (import "zx" "calldata_size" (func $calldata_size (result i32)))
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (import "zx" "return_data_size" (func $return_data_size (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (call $calldata_size) (then (unreachable)))
    (if (i32.ne (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 2)) (then (unreachable)))
    (call $return_data_size)))
