;; A table that the host could write to.
;; refused: export `t` is not allowed
(module
  (memory (export "memory") 1)
  (table (export "t") 1 funcref)
  (func (export "call") (result i32) (i32.const 0)))
