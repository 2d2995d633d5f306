;; A log with 2^32 - 1 topics: 32 times the count overflows 32 bits.
;; outcome: Trap(TooManyTopics)
;; gas: all
(module
  (import "zx" "log" (func $log (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $log (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0))
    (i32.const 0)))
