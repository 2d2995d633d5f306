;; Asks for the gas until hardly any is left, and stops in time.
;; outcome: Success
;; gas: 999950
(module
  (import "zx" "gas_left" (func $gas_left (result i64)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop (br_if 0 (i64.gt_u (call $gas_left) (i64.const 50))))
    (i32.const 0)))
