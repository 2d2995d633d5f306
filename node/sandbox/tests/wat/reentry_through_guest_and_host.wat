;; Goes down a thousand calls and then out through the host, eight times: each frame has a stack of its own.
;; outcome: Success
;; gas: 6904
;; frames: 8
(module
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $down (param i32)
    (if (local.get 0)
      (then (call $down (i32.sub (local.get 0) (i32.const 1))))
      (else (drop (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))))
  (func (export "call") (result i32)
    (call $down (i32.const 1000))
    (i32.const 0)))
