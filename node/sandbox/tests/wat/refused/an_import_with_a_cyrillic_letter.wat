;; The first letter of `caller` is Cyrillic.
;; refused: unknown import `zx.\u{441}aller`
(module
  (import "zx" "\d1\81aller" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
