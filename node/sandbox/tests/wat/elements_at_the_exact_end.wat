;; The last element of a segment is the last of the table.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (type $entry (func (result i32)))
  (table 4 funcref)
  (elem (i32.const 3) $zero)
  (func $zero (result i32) (i32.const 0))
  (func (export "call") (result i32)
    (call_indirect (type $entry) (i32.const 3))))
