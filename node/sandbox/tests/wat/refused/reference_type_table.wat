;; A table of things of the host.
;; refused: reference types
(module
  (memory (export "memory") 1)
  (table 1 externref)
  (func (export "call") (result i32) (i32.const 0)))
