;; Elements that nobody copies.
;; refused: bulk memory
(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem func $f)
  (func $f)
  (func (export "call") (result i32) (i32.const 0)))
