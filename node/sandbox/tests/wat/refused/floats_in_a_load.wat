;; Bits of memory as a float.
;; refused: floating-point
(module
  (memory (export "memory") 1)
  (func (drop (f64.load (i32.const 0))))
  (func (export "call") (result i32) (i32.const 0)))
