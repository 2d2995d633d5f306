;; Jumps from the innermost loop to the outermost, for ever.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    loop ;; repeat 16
    br 15
    end ;; repeat 16
    (i32.const 0)))
