;; Calls itself through the table for ever: the stack ends before the gas.
;; outcome: Trap(StackExhausted)
;; gas: all
(module
  (memory (export "memory") 1)
  (type $entry (func (result i32)))
  (table 1 funcref)
  (elem (i32.const 0) $again)
  (func $again (result i32) (call_indirect (type $entry) (i32.const 0)))
  (func (export "call") (result i32)
    (call_indirect (type $entry) (i32.const 0))))
