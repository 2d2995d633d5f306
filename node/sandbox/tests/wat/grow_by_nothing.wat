;; Asks for no pages: it says how many there are, and costs something.
;; outcome: Success
;; gas: 1301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.ne (memory.grow (i32.const 0)) (i32.const 1))))
