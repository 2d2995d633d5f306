;; Twenty thousand operands at once, in a function that calls nothing.
;; outcome: Success
;; gas: 700
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.const 0) ;; repeat 20000
    i32.or ;; repeat 19999
  ))
