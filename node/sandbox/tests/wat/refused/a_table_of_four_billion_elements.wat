;; 32 GiB of table.
;; refused: the limit is 8192
(module
  (memory (export "memory") 1)
  (table 4294967295 funcref)
  (func (export "call") (result i32) (i32.const 0)))
