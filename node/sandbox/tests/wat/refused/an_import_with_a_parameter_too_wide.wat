;; A pointer of 64 bits.
;; refused: import `zx.caller` has the type (i64) -> (), the node offers (i32) -> ()
(module
  (import "zx" "caller" (func (param i64)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
