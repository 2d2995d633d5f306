;; An element segment past the table: found when the module is entered.
;; outcome: Trap(Instantiation)
;; gas: all
(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const 1) $call)
  (func $call (export "call") (result i32) (i32.const 0)))
