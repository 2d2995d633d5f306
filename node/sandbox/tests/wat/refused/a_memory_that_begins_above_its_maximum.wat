;; At least two pages and at most one.
;; refused: size minimum must not be greater than maximum
(module
  (memory (export "memory") 2 1)
  (func (export "call") (result i32) (i32.const 0)))
