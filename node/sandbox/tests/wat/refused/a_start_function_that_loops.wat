;; A start function that never ends: it would run without fuel.
;; refused: a start function is not allowed
(module
  (memory (export "memory") 1)
  (func $s (loop (br 0)))
  (start $s)
  (func (export "call") (result i32) (i32.const 0)))
