;; One instruction that moves a table.
;; refused: bulk memory
(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (func (table.copy (i32.const 0) (i32.const 0) (i32.const 1)))
  (func (export "call") (result i32) (i32.const 0)))
