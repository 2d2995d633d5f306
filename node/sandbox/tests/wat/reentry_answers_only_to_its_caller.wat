;; The answer of the inner frame is return data above, and not the answer of the outer frame.
;; outcome: Success
;; gas: 608
;; frames: 2
;; output:
(module
  (import "zx" "return_data_size" (func $return_data_size (result i32)))
  (import "zx" "calldata_size" (func $calldata_size (result i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (i32.ne (call $return_data_size) (i32.const 0)) (then (unreachable)))
    (if (call $calldata_size)
      (then
        (call $output (i32.const 0) (i32.const 3))
        (return (i32.const 0))))
    (drop (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)))
    (i32.ne (call $return_data_size) (i32.const 3))))
