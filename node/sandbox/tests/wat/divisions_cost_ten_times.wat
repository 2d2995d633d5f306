;; Three divisions (3 gas), six constants and one for the result (0.7 gas).
;; outcome: Success
;; gas: 504
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (i32.div_u (i32.const 9) (i32.const 3)))
    (drop (i32.rem_u (i32.const 9) (i32.const 3)))
    (drop (i32.div_s (i32.const 9) (i32.const 3)))
    (i32.const 0)))
