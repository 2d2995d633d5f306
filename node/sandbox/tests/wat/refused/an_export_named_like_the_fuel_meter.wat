;; A global exported as `zx_fuel`, to be taken for the meter.
;; refused: export `zx_fuel` is not allowed
(module
  (memory (export "memory") 1)
  (global (export "zx_fuel") (mut i64) (i64.const -1))
  (func (export "call") (result i32) (i32.const 0)))
