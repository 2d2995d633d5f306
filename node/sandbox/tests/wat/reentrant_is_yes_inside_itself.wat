;; Calls itself once: the inner frame says 1, the outer one 0, before and after.
;; outcome: Success
;; gas: 612
;; frames: 2
;; output: 01
(module
  (import "zx" "reentrant" (func $reentrant (result i32)))
  (import "zx" "calldata_size" (func $calldata_size (result i32)))
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (import "zx" "return_data_copy" (func $return_data_copy (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (call $calldata_size)
      (then
        (i32.store8 (i32.const 0) (call $reentrant))
        (call $output (i32.const 0) (i32.const 1))
        (return (i32.const 0))))
    (if (call $reentrant) (then (unreachable)))
    (drop (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)))
    (if (call $reentrant) (then (unreachable)))
    (call $return_data_copy (i32.const 0) (i32.const 0) (i32.const 1))
    (call $output (i32.const 0) (i32.const 1))
    (i32.const 0)))
