;; A call that sends value is a write.
;; outcome: Trap(StaticWrite)
;; gas: all
;; static
(module
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.store8 (i32.const 63) (i32.const 1))
    (call $call (i64.const -1) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0))))
