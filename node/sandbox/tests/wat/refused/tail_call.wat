;; Recursion without a stack to meter.
;; refused: tail calls support is not enabled
(module
  (memory (export "memory") 1)
  (func $f (return_call $f))
  (func (export "call") (result i32) (i32.const 0)))
