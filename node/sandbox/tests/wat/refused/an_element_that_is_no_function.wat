;; The segment names function 9 of two.
;; refused: unknown function 9
(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const 0) 9)
  (func (export "call") (result i32) (i32.const 0)))
