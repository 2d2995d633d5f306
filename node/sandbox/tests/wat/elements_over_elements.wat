;; Two element segments overlap: the later one counts.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (type $entry (func (result i32)))
  (table 4 funcref)
  (elem (i32.const 0) $one $one $one)
  (elem (i32.const 1) $zero)
  (func $one (result i32) (i32.const 1))
  (func $zero (result i32) (i32.const 0))
  (func (export "call") (result i32)
    (call_indirect (type $entry) (i32.const 1))))
