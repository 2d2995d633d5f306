;; Asks for no pages in a loop without end.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop (drop (memory.grow (i32.const 0))) (br 0))
    (i32.const 0)))
