;; Grows by 2^32 - 1 pages, which are more than any gas.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (memory.grow (i32.const -1)))
    (i32.const 0)))
