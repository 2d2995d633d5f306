;; The place of the data is 64 bits wide.
;; refused: type mismatch
(module
  (memory (export "memory") 1)
  (data (i64.const 0) "a")
  (func (export "call") (result i32) (i32.const 0)))
