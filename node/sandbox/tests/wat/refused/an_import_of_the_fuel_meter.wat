;; The meter itself, to be written to.
;; refused: import `zx.zx_fuel` is a global: a module may import only functions
(module
  (import "zx" "zx_fuel" (global (mut i64)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
