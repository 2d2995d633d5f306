;; A global that begins as another one of the module.
;; refused: constant expression required
(module
  (memory (export "memory") 1)
  (global $a i32 (i32.const 1))
  (global i32 (global.get $a))
  (func (export "call") (result i32) (i32.const 0)))
