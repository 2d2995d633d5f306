;; One byte for a memory of no pages.
;; outcome: Trap(Instantiation)
;; gas: all
(module
  (memory (export "memory") 0)
  (data (i32.const 0) "a")
  (func (export "call") (result i32)
    (i32.const 0)))
