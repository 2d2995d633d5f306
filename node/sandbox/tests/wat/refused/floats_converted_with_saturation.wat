;; A truncation that does not trap.
;; refused: saturating float to int
(module
  (memory (export "memory") 1)
  (func (result i32) (unreachable) (i32.trunc_sat_f64_u))
  (func (export "call") (result i32) (i32.const 0)))
