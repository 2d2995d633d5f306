;; A null reference.
;; refused: reference types
(module
  (memory (export "memory") 1)
  (func (drop (ref.null func)))
  (func (export "call") (result i32) (i32.const 0)))
