;; Valid, but cannot be deployed: the constructor traps.
(module
  (memory (export "memory") 1)
  (func (export "deploy") (result i32) (unreachable))
  (func (export "call") (result i32) (i32.const 0)))
