;; A memory that would be shared with the host.
;; refused: import `zx.memory` is a memory: a module may import only functions
(module
  (import "zx" "memory" (memory 1))
  (func (export "call") (result i32) (i32.const 0)))
