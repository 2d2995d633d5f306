;; expect: floating-point
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.trunc_f64_u (f64.const 1))))
