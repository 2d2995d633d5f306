;; Loops in each other: what the compiler takes out of the innermost is kept through all of them.
;; refused: too many nested loops in function 0: 33, the limit is 32
(module
  (memory (export "memory") 1)
  (func
    loop ;; repeat 33
    end ;; repeat 33
  )
  (func (export "call") (result i32) (i32.const 0)))
