;; Logs nothing in a loop without end.
;; outcome: OutOfGas
;; gas: all
(module
  (import "zx" "log" (func $log (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop (call $log (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (br 0))
    (i32.const 0)))
