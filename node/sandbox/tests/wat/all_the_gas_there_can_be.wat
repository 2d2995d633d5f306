;; Nearly as much gas as fuel can count: no reading of it may turn negative.
;; outcome: Success
;; gas: 301
;; gas-limit: 9000000000000000
(module
  (import "zx" "gas_left" (func $gas_left (result i64)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i64.lt_s (call $gas_left) (i64.const 0))))
