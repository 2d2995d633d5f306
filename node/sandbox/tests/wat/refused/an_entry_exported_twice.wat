;; Two functions under the name `call`: which of them runs would be up to the engine.
;; refused: duplicate export name `call`
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 1))
  (func (export "call") (result i32) (i32.const 0)))
