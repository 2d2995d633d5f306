;; Grows from no pages to one, and uses its last word.
;; outcome: Success
;; gas: 2802
(module
  (memory (export "memory") 0)
  (func (export "call") (result i32)
    (if (memory.grow (i32.const 1)) (then (unreachable)))
    (i32.store (i32.const 65532) (i32.const 7))
    (i32.ne (i32.load (i32.const 65532)) (i32.const 7))))
