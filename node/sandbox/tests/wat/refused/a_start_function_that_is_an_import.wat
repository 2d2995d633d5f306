;; The host itself as the start function.
;; refused: a start function is not allowed
(module
  (import "zx" "log" (func $l (param i32 i32 i32 i32)))
  (func $f)
  (memory (export "memory") 1)
  (start $f)
  (func (export "call") (result i32) (i32.const 0)))
