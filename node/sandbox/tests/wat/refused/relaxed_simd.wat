;; A vector instruction whose result depends on the machine.
;; refused: SIMD support
(module
  (memory (export "memory") 1)
  (func (unreachable) (drop (i32x4.relaxed_trunc_f32x4_s)))
  (func (export "call") (result i32) (i32.const 0)))
