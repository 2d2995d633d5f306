;; A data segment more than the chain allows.
;; refused: too many data segments: 1025, the limit is 1024
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "a") ;; repeat 1025
  (func (export "call") (result i32) (i32.const 0)))
