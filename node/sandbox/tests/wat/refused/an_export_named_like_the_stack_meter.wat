;; A function exported as `zx_stack`, to be taken for the meter.
;; refused: export `zx_stack` is not allowed
(module
  (memory (export "memory") 1)
  (func (export "zx_stack") (result i32) (i32.const 0))
  (func (export "call") (result i32) (i32.const 0)))
