;; A host function is called through the table, with a pointer out of bounds.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "caller" (func $caller (param i32)))
  (memory (export "memory") 1)
  (type $into (func (param i32)))
  (table 1 funcref)
  (elem (i32.const 0) $caller)
  (func (export "call") (result i32)
    (call_indirect (type $into) (i32.const 65517) (i32.const 0))
    (i32.const 0)))
