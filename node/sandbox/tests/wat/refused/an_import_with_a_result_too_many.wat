;; A result that the host does not give.
;; refused: import `zx.caller` has the type (i32) -> (i32), the node offers (i32) -> ()
(module
  (import "zx" "caller" (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
