;; As many elements in the segment as the chain allows.
;; outcome: Success
;; gas: 2682
(module
  (memory (export "memory") 1)
  (type $entry (func (result i32)))
  (table 8192 funcref)
  (elem (i32.const 0)
    $zero ;; repeat 8192
  )
  (func $zero (result i32) (i32.const 0))
  (func (export "call") (result i32)
    (call_indirect (type $entry) (i32.const 8191))))
