;; At least two elements and at most one.
;; refused: size minimum must not be greater than maximum
(module
  (memory (export "memory") 1)
  (table 2 1 funcref)
  (func (export "call") (result i32) (i32.const 0)))
