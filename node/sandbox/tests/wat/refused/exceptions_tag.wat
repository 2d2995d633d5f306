;; The tag of an exception.
;; refused: exceptions proposal not enabled
(module
  (memory (export "memory") 1)
  (tag)
  (func (export "call") (result i32) (i32.const 0)))
