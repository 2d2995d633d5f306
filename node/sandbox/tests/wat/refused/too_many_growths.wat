;; Each `memory.grow` asks the meter twice, and the compiler takes superlinear time in them.
;; refused: too many branches, ends and calls in function 0: 2049, the limit is 2048
(module
  (memory (export "memory") 1)
  (func
    (drop (memory.grow (i32.const 0))) ;; repeat 1024
  )
  (func (export "call") (result i32) (i32.const 0)))
