;; Calls an empty function through the table for ever.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (type $none (func))
  (table 1 funcref)
  (elem (i32.const 0) $nothing)
  (func $nothing)
  (func (export "call") (result i32)
    (loop (call_indirect (type $none) (i32.const 0)) (br 0))
    (i32.const 0)))
