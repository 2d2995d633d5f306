;; An element more than the chain allows.
;; refused: too many table elements: 8193, the limit is 8192
(module
  (memory (export "memory") 1)
  (table 8193 funcref)
  (func (export "call") (result i32) (i32.const 0)))
