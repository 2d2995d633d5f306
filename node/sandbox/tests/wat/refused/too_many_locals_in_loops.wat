;; Locals that change in the innermost of 16 loops: the compiler carries each through every loop, in superlinear time.
;; refused: too many locals in loops: 33280, the limit is 32768
(module
  (memory (export "memory") 1)
  (func
    (local i64) ;; repeat 40
    loop loop loop loop loop loop loop loop loop loop loop loop loop loop loop loop (local.set 0 (i64.const 1)) (local.set 1 (i64.const 1)) (local.set 2 (i64.const 1)) (local.set 3 (i64.const 1)) (local.set 4 (i64.const 1)) (local.set 5 (i64.const 1)) (local.set 6 (i64.const 1)) (local.set 7 (i64.const 1)) (local.set 8 (i64.const 1)) (local.set 9 (i64.const 1)) (local.set 10 (i64.const 1)) (local.set 11 (i64.const 1)) (local.set 12 (i64.const 1)) (local.set 13 (i64.const 1)) (local.set 14 (i64.const 1)) (local.set 15 (i64.const 1)) (local.set 16 (i64.const 1)) (local.set 17 (i64.const 1)) (local.set 18 (i64.const 1)) (local.set 19 (i64.const 1)) (local.set 20 (i64.const 1)) (local.set 21 (i64.const 1)) (local.set 22 (i64.const 1)) (local.set 23 (i64.const 1)) (local.set 24 (i64.const 1)) (local.set 25 (i64.const 1)) (local.set 26 (i64.const 1)) (local.set 27 (i64.const 1)) (local.set 28 (i64.const 1)) (local.set 29 (i64.const 1)) (local.set 30 (i64.const 1)) (local.set 31 (i64.const 1)) (local.set 32 (i64.const 1)) (local.set 33 (i64.const 1)) (local.set 34 (i64.const 1)) (local.set 35 (i64.const 1)) (local.set 36 (i64.const 1)) (local.set 37 (i64.const 1)) (local.set 38 (i64.const 1)) (local.set 39 (i64.const 1)) end end end end end end end end end end end end end end end end ;; repeat 52
  )
  (func (export "call") (result i32) (i32.const 0)))
