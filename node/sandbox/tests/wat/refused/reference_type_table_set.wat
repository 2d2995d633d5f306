;; A table that the module writes to.
;; refused: reference types
(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const 0) $f)
  (func $f (table.set (i32.const 0) (ref.func $f)))
  (func (export "call") (result i32) (i32.const 0)))
