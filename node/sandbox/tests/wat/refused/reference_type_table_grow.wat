;; A table that grows without a price.
;; refused: reference types
(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (func (drop (table.grow (ref.null func) (i32.const -1))))
  (func (export "call") (result i32) (i32.const 0)))
