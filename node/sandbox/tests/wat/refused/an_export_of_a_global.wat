;; A global that the host could write to.
;; refused: export `g` is not allowed
(module
  (memory (export "memory") 1)
  (global (export "g") i32 (i32.const 0))
  (func (export "call") (result i32) (i32.const 0)))
