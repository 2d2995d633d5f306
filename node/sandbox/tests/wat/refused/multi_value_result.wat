;; A function of two results.
;; refused: multi-value
(module
  (memory (export "memory") 1)
  (func (result i32 i32) (i32.const 0) (i32.const 0))
  (func (export "call") (result i32) (i32.const 0)))
