;; Not even the entry can be paid.
;; outcome: OutOfGas
;; gas: all
;; gas-limit: 100
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.const 0)))
