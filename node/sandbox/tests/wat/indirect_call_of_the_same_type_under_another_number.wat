;; Two types that are written alike are the same type.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (type $entry (func (result i32)))
  (type $same (func (result i32)))
  (table 1 funcref)
  (elem (i32.const 0) $zero)
  (func $zero (type $same) (i32.const 0))
  (func (export "call") (result i32)
    (call_indirect (type $entry) (i32.const 0))))
