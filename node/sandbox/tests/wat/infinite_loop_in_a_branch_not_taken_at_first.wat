;; The loop stands in an `else`: its price must not hang on the `then`.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (i32.eqz (memory.size))
      (then)
      (else (loop (br 0))))
    (i32.const 0)))
