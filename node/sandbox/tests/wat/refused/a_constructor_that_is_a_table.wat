;; `deploy` is a table.
;; refused: export `deploy` is not a function
(module
  (memory (export "memory") 1)
  (table (export "deploy") 1 funcref)
  (func (export "call") (result i32) (i32.const 0)))
