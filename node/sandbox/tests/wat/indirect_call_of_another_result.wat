;; The element returns 64 bits where 32 are expected.
;; outcome: Trap(SignatureMismatch)
;; gas: all
(module
  (memory (export "memory") 1)
  (type $entry (func (result i32)))
  (table 1 funcref)
  (elem (i32.const 0) $wide)
  (func $wide (result i64) (i64.const 0))
  (func (export "call") (result i32)
    (call_indirect (type $entry) (i32.const 0))))
