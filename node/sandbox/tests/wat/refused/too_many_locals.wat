;; A local more than the chain allows.
;; refused: too many locals in function 0: 2049, the limit is 2048
(module
  (memory (export "memory") 1)
  (func
    (local i64) ;; repeat 2049
  )
  (func (export "call") (result i32) (i32.const 0)))
