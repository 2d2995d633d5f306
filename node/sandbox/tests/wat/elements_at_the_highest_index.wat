;; An element segment at 2^32 - 1: its end overflows 32 bits.
;; outcome: Trap(Instantiation)
;; gas: all
(module
  (memory (export "memory") 1)
  (table 1 funcref)
  (elem (i32.const -1) $f $f)
  (func $f)
  (func (export "call") (result i32)
    (i32.const 0)))
