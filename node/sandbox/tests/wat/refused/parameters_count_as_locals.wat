;; A parameter, and as many locals as the chain allows.
;; refused: too many locals in function 0: 2049, the limit is 2048
(module
  (memory (export "memory") 1)
  (func (param i32)
    (local i64) ;; repeat 2048
  )
  (func (export "call") (result i32) (i32.const 0)))
