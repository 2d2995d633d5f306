;; A function with as many parameters as the chain allows.
;; outcome: Success
;; gas: 302
(module
  (memory (export "memory") 1)
  (func $many
    (param i32) ;; repeat 64
    (result i32)
    (local.get 63))
  (func (export "call") (result i32)
    (i32.const 0) ;; repeat 64
    (call $many)))
