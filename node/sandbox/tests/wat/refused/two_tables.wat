;; Two tables.
;; refused: multiple tables
(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (table 1 funcref)
  (func (export "call") (result i32) (i32.const 0)))
