;; An instruction from after the MVP.
;; refused: sign extension operations support is not enabled
(module
  (memory (export "memory") 1)
  (func (result i32) (i32.extend8_s (i32.const 1)))
  (func (export "call") (result i32) (i32.const 0)))
