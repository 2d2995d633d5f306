;; A segment without bytes begins behind the end: nothing is written, and still it does not fit.
;; outcome: Trap(Instantiation)
;; gas: all
(module
  (memory (export "memory") 1)
  (data (i32.const 65537) "")
  (func (export "call") (result i32)
    (i32.const 0)))
