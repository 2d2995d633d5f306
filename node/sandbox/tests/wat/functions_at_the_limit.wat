;; As many functions as the chain allows; the entry is the last.
;; outcome: Success
;; gas: 1017
(module
  (memory (export "memory") 1)
  (func) ;; repeat 4095
  (func (export "call") (result i32)
    (i32.const 0)))
