;; `call` wants an argument that nobody gives.
;; refused: export `call` must take nothing and return an i32
(module
  (memory (export "memory") 1)
  (func (export "call") (param i32) (result i32) (local.get 0)))
