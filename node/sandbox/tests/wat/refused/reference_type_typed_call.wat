;; A call through a typed reference.
;; refused: not a valid module for this chain
(module
  (memory (export "memory") 1)
  (type $f (func))
  (func (param (ref $f)) (call_ref $f (local.get 0)))
  (func (export "call") (result i32) (i32.const 0)))
