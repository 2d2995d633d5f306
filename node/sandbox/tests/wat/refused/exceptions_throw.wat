;; An exception instead of a trap.
;; refused: exceptions
(module
  (memory (export "memory") 1)
  (tag $t)
  (func (throw $t))
  (func (export "call") (result i32) (i32.const 0)))
