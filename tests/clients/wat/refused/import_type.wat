;; expect: import `zx.caller` has the type
(module
  (import "zx" "caller" (func (param i64)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
