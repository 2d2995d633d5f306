;; A block that takes an operand.
;; refused: multi-value
(module
  (memory (export "memory") 1)
  (func (i32.const 0) (block (param i32) (drop)))
  (func (export "call") (result i32) (i32.const 0)))
