;; Jumps back for ever, with no other work; the branch itself is paid for.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop (br 0))
    (i32.const 0)))
