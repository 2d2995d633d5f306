;; A type more than the chain allows.
;; refused: too many types: 1025, the limit is 1024
(module
  (memory (export "memory") 1)
  (type (func (result i32)))
  (type (func)) ;; repeat 1024
  (func (export "call") (result i32) (i32.const 0)))
