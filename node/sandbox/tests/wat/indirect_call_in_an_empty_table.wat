;; A table of no elements has no first element.
;; outcome: Trap(TableOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (type $entry (func (result i32)))
  (table 0 funcref)
  (func (export "call") (result i32)
    (call_indirect (type $entry) (i32.const 0))))
