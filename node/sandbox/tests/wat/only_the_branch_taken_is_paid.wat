;; An `if` with an expensive `else` that is not taken and must not be charged.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (i32.const 1)
      (then (drop (i32.const 1)))
      (else (drop (i64.div_u (i64.const 9) (i64.const 3)))
            (drop (i64.div_u (i64.const 9) (i64.const 3)))))
    (i32.const 0)))
