;; Nothing, at the beginning and end of a memory of no pages, is in bounds.
;; outcome: Success
;; gas: 301
;; output:
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 0)
  (func (export "call") (result i32)
    (call $output (i32.const 0) (i32.const 0))
    (i32.const 0)))
