;; Answers with 2^32 - 1 bytes: more than the gas can pay.
;; outcome: OutOfGas
;; gas: all
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $output (i32.const 0) (i32.const -1))
    (i32.const 0)))
