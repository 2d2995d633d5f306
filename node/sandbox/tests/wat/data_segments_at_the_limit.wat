;; As many data segments as the chain allows, one byte each.
;; outcome: Success
;; gas: 3350
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "a") ;; repeat 1024
  (func (export "call") (result i32)
    (i32.load8_u (i32.const 1))))
