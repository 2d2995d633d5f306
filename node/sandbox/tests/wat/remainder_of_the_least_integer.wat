;; Takes the remainder of the least integer by -1: it is 0 and no trap, where some processors stop.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.rem_s (i32.const 0x80000000) (i32.const -1))))
