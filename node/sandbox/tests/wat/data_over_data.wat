;; Two segments overlap: the later one counts.
;; outcome: Success
;; gas: 302
;; output: 61626261
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "aaaa")
  (data (i32.const 1) "bb")
  (func (export "call") (result i32)
    (call $output (i32.const 0) (i32.const 4))
    (i32.const 0)))
