;; Three divisions and little else: they take longer than what stands around them, and cost more.
;; outcome: Success
;; gas: 302
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (i32.div_u (i32.const 9) (i32.const 3)))
    (drop (i32.rem_u (i32.const 9) (i32.const 3)))
    (drop (i32.div_s (i32.const 9) (i32.const 3)))
    (i32.const 0)))
