;; Frames of two thousand locals that are alive over the call: the stack ends after a few.
;; outcome: Trap(StackExhausted)
;; gas: all
(module
  (memory (export "memory") 1)
  (func $down (param i64)
    (local i64) ;; repeat 2000
    (local.set 2000 (i64.add (local.get 0) (i64.const 1)))
    (call $down (local.get 2000))
    (call $down (local.get 2000)))
  (func (export "call") (result i32)
    (call $down (i64.const 1))
    (i32.const 0)))
