;; Grows past the module's own maximum, which is below the chain's.
;; outcome: Success
;; gas: 5301
(module
  (memory (export "memory") 1 2)
  (func (export "call") (result i32)
    (drop (memory.grow (i32.const 1)))
    (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
