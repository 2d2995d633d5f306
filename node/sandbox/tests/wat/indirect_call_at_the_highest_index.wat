;; Index 2^32 - 1: one more is 0 in 32 bits.
;; outcome: Trap(TableOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (type $entry (func (result i32)))
  (table 4 funcref)
  (elem (i32.const 0) $zero)
  (func $zero (result i32) (i32.const 0))
  (func (export "call") (result i32)
    (call_indirect (type $entry) (i32.const -1))))
