;; The word ends where the memory does.
;; outcome: Success
;; gas: 302
;; output: 9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a9a
(module
  (import "zx" "gas_price" (func $gas_price (param i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $gas_price (i32.const 65504))
    (call $output (i32.const 65504) (i32.const 32))
    (i32.const 0)))
