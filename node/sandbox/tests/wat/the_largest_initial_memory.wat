;; As many pages at the start as the chain allows, each paid for.
;; outcome: Success
;; gas: 45302
(module
  (memory (export "memory") 32)
  (func (export "call") (result i32)
    (i32.load8_u (i32.const 2097151))))
