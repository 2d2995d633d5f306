;; Jumps back for ever through a table.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop (br_table 0 0 (i32.const 7)))
    (i32.const 0)))
