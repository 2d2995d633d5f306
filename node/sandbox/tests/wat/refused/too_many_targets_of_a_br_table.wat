;; A target more than the chain allows.
;; refused: too many br_table targets in function 0: 1025, the limit is 1024
(module
  (memory (export "memory") 1)
  (func
    (br_table
      0 ;; repeat 1025
      0 (i32.const 0)))
  (func (export "call") (result i32) (i32.const 0)))
