;; Empty loops: the compiler takes quadratic time in them.
;; refused: too many branches and calls in function 0: 4097, the limit is 4096
(module
  (memory (export "memory") 1)
  (func
    (loop) ;; repeat 4097
  )
  (func (export "call") (result i32) (i32.const 0)))
