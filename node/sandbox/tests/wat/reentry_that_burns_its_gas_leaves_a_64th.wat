;; The inner frame loops for ever on all the gas it can get; the outer one ends on what was kept.
;; outcome: Success
;; gas: 984380
;; frames: 2
(module
  (import "zx" "calldata_size" (func $calldata_size (result i32)))
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (call $calldata_size) (then (loop (br 0))))
    (i32.ne (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 2))))
