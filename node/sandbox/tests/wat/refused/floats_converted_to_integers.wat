;; A truncation, which traps where saturation does not.
;; refused: floating-point
(module
  (memory (export "memory") 1)
  (func (result i32) (unreachable) (i32.trunc_f32_s))
  (func (export "call") (result i32) (i32.const 0)))
