;; The memory under its name, twice.
;; refused: duplicate export name `memory`
(module
  (memory (export "memory") 1)
  (export "memory" (memory 0))
  (func (export "call") (result i32) (i32.const 0)))
