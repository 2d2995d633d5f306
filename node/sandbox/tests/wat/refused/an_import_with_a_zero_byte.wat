;; `caller` and a zero byte, which is `caller` to those who read C strings.
;; refused: unknown import `zx.caller\u{0}`
(module
  (import "zx" "caller\00" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
