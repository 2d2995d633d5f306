;; `call` and a zero byte, which is `call` to those who read C strings.
;; refused: export `call\u{0}` is not allowed
(module
  (memory (export "memory") 1)
  (func (export "call\00") (result i32) (i32.const 0))
  (func (export "call") (result i32) (i32.const 0)))
