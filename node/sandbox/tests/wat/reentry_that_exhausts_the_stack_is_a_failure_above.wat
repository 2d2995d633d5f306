;; The inner frame recurses until its stack ends; the outer one has its own.
;; outcome: Success
;; gas: 100304
;; frames: 2
(module
  (import "zx" "calldata_size" (func $calldata_size (result i32)))
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $down (result i32) (call $down))
  (func (export "call") (result i32)
    (if (call $calldata_size) (then (drop (call $down))))
    (if (i32.ne (call $call (i64.const 100000) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 2)) (then (unreachable)))
    (i32.const 0)))
