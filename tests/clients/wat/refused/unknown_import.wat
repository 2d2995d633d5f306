;; expect: unknown import `zx.now`
(module
  (import "zx" "now" (func (result i64)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
