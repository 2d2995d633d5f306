;; A constant.
;; refused: floating-point
(module
  (memory (export "memory") 1)
  (global f64 (f64.const 1))
  (func (export "call") (result i32) (i32.const 0)))
