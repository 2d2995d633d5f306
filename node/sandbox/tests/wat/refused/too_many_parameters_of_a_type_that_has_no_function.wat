;; An indirect call of a type that no function has.
;; refused: too many parameters in type 0: 65, the limit is 64
(module
  (memory (export "memory") 1)
  (type $wide (func
    (param i32) ;; repeat 65
  ))
  (table 1 funcref)
  (func (export "call") (result i32) (i32.const 0)))
