;; Data that nobody copies.
;; refused: passive data segments require the bulk-memory proposal
(module
  (memory (export "memory") 1)
  (data "abc")
  (func (export "call") (result i32) (i32.const 0)))
