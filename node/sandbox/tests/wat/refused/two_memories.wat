;; Two memories, of which the second is not bounded.
;; refused: multiple memories
(module
  (memory (export "memory") 1)
  (memory 1)
  (func (export "call") (result i32) (i32.const 0)))
