;; Pages of one byte.
;; refused: custom page size
(module
  (memory (export "memory") 1 (pagesize 1))
  (func (export "call") (result i32) (i32.const 0)))
