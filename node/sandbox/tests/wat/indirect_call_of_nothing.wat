;; Calls an element of the table that was never set.
;; outcome: Trap(UndefinedElement)
;; gas: all
(module
  (type $none (func))
  (type $one (func (param i32)))
  (table 4 funcref)
  (elem (i32.const 0) $takes_one)
  (func $takes_one (type $one))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call_indirect (type $none) (i32.const 1))
    (i32.const 0)))
