;; Status -2^31, which has no opposite, is not 0.
;; outcome: Revert
;; gas: 301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.const 0x80000000)))
