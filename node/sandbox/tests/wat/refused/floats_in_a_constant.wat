;; A constant that is dropped.
;; refused: floating-point
(module
  (memory (export "memory") 1)
  (func (drop (f32.const nan:0x200000)))
  (func (export "call") (result i32) (i32.const 0)))
