;; A frame with no gas.
;; outcome: OutOfGas
;; gas: all
;; gas-limit: 0
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.const 0)))
