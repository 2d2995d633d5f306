;; Counts down from 2^64 - 1: it ends, after five hundred years.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (local i64)
    (local.set 0 (i64.const -1))
    (loop (br_if 0 (i64.ne (local.tee 0 (i64.sub (local.get 0) (i64.const 1))) (i64.const 0))))
    (i32.const 0)))
