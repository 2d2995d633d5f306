;; Grows from 1 page to the chain's 64, then by one more, which is refused; both are paid for by the page.
;; outcome: Success
;; gas: 98301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (i32.ne (memory.grow (i32.const 63)) (i32.const 1)) (then (unreachable)))
    (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable)))
    (i32.ne (memory.size) (i32.const 64))))
