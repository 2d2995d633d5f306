;; As many nested blocks as the chain allows, the body of the function included; left all at once.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    block ;; repeat 255
    br 254
    end ;; repeat 255
    (i32.const 0)))
