;; A maximum of no pages: growing by one is refused.
;; outcome: Success
;; gas: 2801
(module
  (memory (export "memory") 0 0)
  (func (export "call") (result i32)
    (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
