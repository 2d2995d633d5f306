;; The word ends where the memory does.
;; outcome: Success
;; gas: 302
;; output: 7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a
(module
  (import "zx" "transaction_hash" (func $transaction_hash (param i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $transaction_hash (i32.const 65504))
    (call $output (i32.const 65504) (i32.const 32))
    (i32.const 0)))
