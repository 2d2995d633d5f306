;; A parameter more than the chain allows.
;; refused: too many parameters in type 0: 65, the limit is 64
(module
  (memory (export "memory") 1)
  (func
    (param i32) ;; repeat 65
  )
  (func (export "call") (result i32) (i32.const 0)))
