;; The host could write nothing.
;; refused: export `memory` is missing
(module
  (memory 1)
  (func (export "call") (result i32) (i32.const 0)))
