;; As many locals as the chain allows, the last of them used.
;; outcome: Success
;; gas: 321
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (local i32) ;; repeat 2048
    (local.get 2047)))
