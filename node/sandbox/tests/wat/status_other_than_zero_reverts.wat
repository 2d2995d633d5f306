;; Returns a negative status: a revert, with what was given to `output` as its data.
;; outcome: Revert
;; gas: 302
;; output: 6e6f
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (data (i32.const 0) "no")
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $output (i32.const 0) (i32.const 2))
    (i32.const -7)))
