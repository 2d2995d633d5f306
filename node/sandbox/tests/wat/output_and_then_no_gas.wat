;; Answers, and then runs out of gas: the answer is gone.
;; outcome: OutOfGas
;; gas: all
;; output:
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "ok")
  (func (export "call") (result i32)
    (call $output (i32.const 0) (i32.const 2))
    (loop (br 0))
    (i32.const 0)))
