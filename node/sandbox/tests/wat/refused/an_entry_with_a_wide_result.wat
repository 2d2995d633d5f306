;; `call` returns 64 bits.
;; refused: export `call` must take nothing and return an i32
(module
  (memory (export "memory") 1)
  (func (export "call") (result i64) (i64.const 0)))
