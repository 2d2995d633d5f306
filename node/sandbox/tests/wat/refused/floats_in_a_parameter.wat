;; Floats differ in the bits of their NaNs.
;; refused: floating-point support is disabled
(module
  (memory (export "memory") 1)
  (func (param f32))
  (func (export "call") (result i32) (i32.const 0)))
