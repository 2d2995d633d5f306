;; Calls a function with many locals for ever: each call has to zero them.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func $large
    (local i64) ;; repeat 2000
    (local.set 1999 (local.get 0)))
  (func (export "call") (result i32)
    (loop (call $large) (br 0))
    (i32.const 0)))
