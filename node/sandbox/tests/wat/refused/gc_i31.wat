;; An integer that is a reference.
;; refused: not a valid module for this chain
(module
  (memory (export "memory") 1)
  (func (drop (ref.i31 (i32.const 0))))
  (func (export "call") (result i32) (i32.const 0)))
