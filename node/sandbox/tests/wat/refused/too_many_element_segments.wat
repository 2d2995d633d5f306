;; An element segment more than the chain allows.
;; refused: too many element segments: 257, the limit is 256
(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const 0) func) ;; repeat 257
  (func (export "call") (result i32) (i32.const 0)))
