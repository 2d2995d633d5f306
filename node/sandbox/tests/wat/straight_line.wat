;; Five plain instructions at a tenth of a gas, and the entry: the gas is rounded up.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (i32.add (i32.const 1) (i32.const 2)))
    (drop (i32.const 3))
    (i32.const 0)))
