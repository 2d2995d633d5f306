;; Answers with a page, again and again: each replaces the last, and each is paid for.
;; outcome: OutOfGas
;; gas: all
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop (call $output (i32.const 0) (i32.const 65536)) (br 0))
    (i32.const 0)))
