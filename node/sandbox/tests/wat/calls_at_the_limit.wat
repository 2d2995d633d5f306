;; As many calls in one function as the chain allows: compilers take superlinear time in them.
;; outcome: Success
;; gas: 1939
(module
  (memory (export "memory") 1)
  (func $nothing)
  (func (export "call") (result i32)
    (call $nothing) ;; repeat 4096
    (i32.const 0)))
