;; Each frame calls itself twice, sixty-four deep: gas ends it, not patience.
;; outcome: Success
;; gas: 199951
;; frames: 64
;; gas-limit: 200000
(module
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
    (drop (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
    (i32.const 0)))
