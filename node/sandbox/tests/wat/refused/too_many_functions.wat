;; A function more than the chain allows.
;; refused: too many functions: 4097, the limit is 4096
(module
  (memory (export "memory") 1)
  (func) ;; repeat 4096
  (func (export "call") (result i32) (i32.const 0)))
