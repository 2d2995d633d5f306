;; A table that would be shared with the host.
;; refused: import `zx.table` is a table: a module may import only functions
(module
  (import "zx" "table" (table 1 funcref))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
