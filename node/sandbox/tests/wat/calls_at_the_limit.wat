;; As many calls in one function as the chain allows: compilers take superlinear time in them.
;; outcome: Success
;; gas: 1119
(module
  (memory (export "memory") 1)
  (func $nothing)
  (func (export "call") (result i32)
    (call $nothing) ;; repeat 2047
    (i32.const 0)))
