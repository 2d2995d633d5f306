;; Divides for ever: the slowest plain instruction.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (local i64)
    (loop
      (local.set 0 (i64.div_u (i64.const -1) (i64.or (local.get 0) (i64.const 3))))
      (br 0))
    (i32.const 0)))
