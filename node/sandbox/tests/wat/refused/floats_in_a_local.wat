;; A local that nobody uses.
;; refused: floating-point
(module
  (memory (export "memory") 1)
  (func (local f64))
  (func (export "call") (result i32) (i32.const 0)))
