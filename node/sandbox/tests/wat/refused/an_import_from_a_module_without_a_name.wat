;; The empty module.
;; refused: unknown import `.caller`
(module
  (import "" "caller" (func (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32) (i32.const 0)))
