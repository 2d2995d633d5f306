;; Answers with no bytes from where the memory ends, which is in bounds.
;; outcome: Success
;; gas: 301
;; output: 
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $output (i32.const 65536) (i32.const 0))
    (i32.const 0)))
