;; Thirty-two pages at the start, and gas for a few.
;; outcome: OutOfGas
;; gas: all
;; gas-limit: 5000
(module
  (memory (export "memory") 32)
  (func (export "call") (result i32)
    (i32.const 0)))
