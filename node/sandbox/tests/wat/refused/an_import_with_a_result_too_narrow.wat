;; Half of the gas that is left.
;; refused: import `zx.gas_left` has the type () -> (i32), the node offers () -> (i64)
(module
  (import "zx" "gas_left" (func (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
