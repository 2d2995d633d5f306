;; The caller writes over constants of the module; the next frame finds them as they were.
;; outcome: Success
;; gas: 304
;; input: abcd
;; output: abcd7461
(module
  (import "zx" "calldata_copy" (func $calldata_copy (param i32 i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "data")
  (func (export "call") (result i32)
    (if (i32.ne (i32.load8_u (i32.const 0)) (i32.const 0x64)) (then (unreachable)))
    (call $calldata_copy (i32.const 0) (i32.const 0) (i32.const 2))
    (call $output (i32.const 0) (i32.const 4))
    (i32.const 0)))
