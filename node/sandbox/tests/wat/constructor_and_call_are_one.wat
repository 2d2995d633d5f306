;; Both entries are the same function.
;; outcome: Success
;; gas: 301
;; entry: deploy
(module
  (memory (export "memory") 1)
  (func $both (result i32) (i32.const 0))
  (export "call" (func $both))
  (export "deploy" (func $both)))
