;; A vector of 128 bits.
;; refused: SIMD support is not enabled
(module
  (memory (export "memory") 1)
  (func (drop (v128.const i64x2 0 0)))
  (func (export "call") (result i32) (i32.const 0)))
