;; `memory` is a function.
;; refused: export `memory` is not a memory
(module
  (memory 1)
  (func (export "memory"))
  (func (export "call") (result i32) (i32.const 0)))
