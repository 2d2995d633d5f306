;; A global more than the chain allows.
;; refused: too many globals: 257, the limit is 256
(module
  (memory (export "memory") 1)
  (global i32 (i32.const 0)) ;; repeat 257
  (func (export "call") (result i32) (i32.const 0)))
