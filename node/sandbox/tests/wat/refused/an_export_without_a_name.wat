;; A function under the empty name.
;; refused: export `` is not allowed
(module
  (memory (export "memory") 1)
  (func (export ""))
  (func (export "call") (result i32) (i32.const 0)))
