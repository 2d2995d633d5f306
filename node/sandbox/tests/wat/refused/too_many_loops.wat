;; Empty loops: the compiler takes quadratic time in them.
;; refused: too many branches, ends and calls in function 0: 2049, the limit is 2048
(module
  (memory (export "memory") 1)
  (func
    (loop) ;; repeat 1024
  )
  (func (export "call") (result i32) (i32.const 0)))
