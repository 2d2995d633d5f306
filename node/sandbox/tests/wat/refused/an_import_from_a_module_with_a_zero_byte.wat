;; `zx` and a zero byte.
;; refused: unknown import `zx\u{0}.caller`
(module
  (import "zx\00" "caller" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
