;; As many nested loops as the chain allows: each adds a label to jump back to.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    loop ;; repeat 32
    end ;; repeat 32
    (i32.const 0)))
