;; A table with indices of 64 bits.
;; refused: memory64 must be enabled for 64-bit tables
(module
  (memory (export "memory") 1)
  (table i64 1 funcref)
  (func (export "call") (result i32) (i32.const 0)))
