;; A host function is called through the table with an argument too few.
;; outcome: Trap(SignatureMismatch)
;; gas: all
(module
  (import "zx" "caller" (func $caller (param i32)))
  (memory (export "memory") 1)
  (type $nothing (func))
  (table 1 funcref)
  (elem (i32.const 0) $caller)
  (func (export "call") (result i32)
    (call_indirect (type $nothing) (i32.const 0))
    (i32.const 0)))
