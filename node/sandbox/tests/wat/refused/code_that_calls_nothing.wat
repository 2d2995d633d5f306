;; Calls a function that is not there.
;; refused: unknown function 99
(module
  (memory (export "memory") 1)
  (func (call 99))
  (func (export "call") (result i32) (i32.const 0)))
