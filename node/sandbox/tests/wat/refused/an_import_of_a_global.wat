;; A global that the host would have to make up.
;; refused: import `zx.g` is a global: a module may import only functions
(module
  (import "zx" "g" (global i32))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
