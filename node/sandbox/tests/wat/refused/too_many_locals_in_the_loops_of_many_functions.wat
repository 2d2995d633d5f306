;; A few locals in nested loops, in a hundred functions: it is the sum that counts.
;; refused: too many locals in loops: 32780, the limit is 32768
(module
  (memory (export "memory") 1)
  (func (local i64 i64) loop loop loop loop loop loop loop loop loop loop (local.set 0 (i64.const 1)) (local.set 1 (local.get 0)) end end end end end end end end end end) ;; repeat 1645
  (func (export "call") (result i32) (i32.const 0)))
