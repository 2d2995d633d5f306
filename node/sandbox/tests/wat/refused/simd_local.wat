;; A vector that nobody uses.
;; refused: SIMD support
(module
  (memory (export "memory") 1)
  (func (local v128))
  (func (export "call") (result i32) (i32.const 0)))
