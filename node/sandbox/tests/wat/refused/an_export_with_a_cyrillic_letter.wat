;; The first letter of the name is Cyrillic.
;; refused: export `\u{441}all` is not allowed
(module
  (memory (export "memory") 1)
  (func (export "\d1\81all") (result i32) (i32.const 0))
  (func (export "call") (result i32) (i32.const 0)))
