;; The condition is always true, and the loop has no other work.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop (br_if 0 (i32.const 1)))
    (i32.const 0)))
