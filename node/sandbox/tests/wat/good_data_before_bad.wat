;; The first segment fits, the second does not: the frame fails as a whole.
;; outcome: Trap(Instantiation)
;; gas: all
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "a")
  (data (i32.const 65536) "b")
  (func (export "call") (result i32)
    (i32.const 0)))
