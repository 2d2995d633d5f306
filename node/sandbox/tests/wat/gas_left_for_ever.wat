;; Asks for the gas in a loop without end.
;; outcome: OutOfGas
;; gas: all
(module
  (import "zx" "gas_left" (func $gas_left (result i64)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop (drop (call $gas_left)) (br 0))
    (i32.const 0)))
