;; Answers, and then fails: the answer is gone.
;; outcome: Trap(Unreachable)
;; gas: all
;; output:
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "ok")
  (func (export "call") (result i32)
    (call $output (i32.const 0) (i32.const 2))
    (unreachable)))
