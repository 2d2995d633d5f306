;; An import, and as many functions as the chain allows.
;; refused: too many functions: 4097, the limit is 4096
(module
  (import "zx" "caller" (func (param i32)))
  (memory (export "memory") 1)
  (func) ;; repeat 4095
  (func (export "call") (result i32) (i32.const 0)))
