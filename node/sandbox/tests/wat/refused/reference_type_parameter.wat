;; A reference to something of the host.
;; refused: reference types support is not enabled
(module
  (memory (export "memory") 1)
  (func (param externref))
  (func (export "call") (result i32) (i32.const 0)))
