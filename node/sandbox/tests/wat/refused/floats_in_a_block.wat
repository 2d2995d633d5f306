;; A block with a float as its result.
;; refused: floating-point
(module
  (memory (export "memory") 1)
  (func (drop (block (result f32) (unreachable))))
  (func (export "call") (result i32) (i32.const 0)))
