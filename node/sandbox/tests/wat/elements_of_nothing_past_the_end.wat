;; A segment without elements begins behind the end of the table.
;; outcome: Trap(Instantiation)
;; gas: all
(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const 2) func)
  (func (export "call") (result i32)
    (i32.const 0)))
