;; A memory by the name of a host function.
;; refused: import `zx.caller` is a memory: a module may import only functions
(module
  (import "zx" "caller" (memory 1))
  (func (export "call") (result i32) (i32.const 0)))
