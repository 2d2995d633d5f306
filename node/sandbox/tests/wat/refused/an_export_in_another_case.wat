;; `Call` is not `call`.
;; refused: export `Call` is not allowed
(module
  (memory (export "memory") 1)
  (func (export "Call") (result i32) (i32.const 0))
  (func (export "call") (result i32) (i32.const 0)))
