;; Expensive code after a `br` that always jumps: it cannot run and must not be charged.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (block
      (br 0)
      (drop (i32.div_u (i32.const 9) (i32.const 3))))
    (drop (i32.const 1))
    (i32.const 0)))
