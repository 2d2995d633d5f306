;; The host would read what nobody gave.
;; refused: import `zx.output` has the type (i32) -> (), the node offers (i32 i32) -> ()
(module
  (import "zx" "output" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
