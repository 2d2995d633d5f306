;; A log with five topics, where four are the most.
;; outcome: Trap(TooManyTopics)
;; gas: all
(module
  (import "zx" "log" (func $log (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $log (i32.const 0) (i32.const 5) (i32.const 0) (i32.const 0))
    (i32.const 0)))
