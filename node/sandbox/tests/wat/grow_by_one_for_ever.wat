;; Takes a page a turn; after the limit each turn is refused, and paid for all the same.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop (drop (memory.grow (i32.const 1))) (br 0))
    (i32.const 0)))
