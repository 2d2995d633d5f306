;; A data segment past the memory: found when the module is entered.
;; outcome: Trap(Instantiation)
;; gas: all
(module
  (memory (export "memory") 1)
  (data (i32.const 65534) "abc")
  (func (export "call") (result i32) (i32.const 0)))
