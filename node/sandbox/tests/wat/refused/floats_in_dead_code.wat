;; A square root that cannot run: it is refused all the same.
;; refused: floating-point
(module
  (memory (export "memory") 1)
  (func (unreachable) (drop (f64.sqrt)))
  (func (export "call") (result i32) (i32.const 0)))
