;; Calls itself through the host until the chain refuses another frame; all sixty-four end well.
;; outcome: Success
;; gas: 19392
;; frames: 64
(module
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (i32.gt_u (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 2)) (then (unreachable)))
    (i32.const 0)))
