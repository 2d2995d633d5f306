;; There is nothing to export.
;; refused: export `memory` is missing
(module
  (func (export "call") (result i32) (i32.const 0)))
