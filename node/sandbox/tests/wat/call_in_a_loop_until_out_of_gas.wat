;; Calls, with no gas for the callee, in a loop without end.
;; outcome: OutOfGas
;; gas: all
(module
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop (drop (call $call (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))) (br 0))
    (i32.const 0)))
