;; Answers, and then reverts with other data, which counts.
;; outcome: Revert
;; gas: 303
;; output: 6e6f
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (import "zx" "revert" (func $revert (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "okno")
  (func (export "call") (result i32)
    (call $output (i32.const 0) (i32.const 2))
    (call $revert (i32.const 2) (i32.const 2))
    (i32.const 0)))
