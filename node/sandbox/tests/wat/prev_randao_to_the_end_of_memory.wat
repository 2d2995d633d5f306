;; The word ends where the memory does.
;; outcome: Success
;; gas: 302
;; output: dadadadadadadadadadadadadadadadadadadadadadadadadadadadadadadada
(module
  (import "zx" "prev_randao" (func $prev_randao (param i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $prev_randao (i32.const 65504))
    (call $output (i32.const 65504) (i32.const 32))
    (i32.const 0)))
