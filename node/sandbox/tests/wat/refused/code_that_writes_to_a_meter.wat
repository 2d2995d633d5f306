;; Writes to the global behind its last, where the meters are added.
;; refused: unknown global
(module
  (memory (export "memory") 1)
  (func (global.set 0 (i64.const -1)))
  (func (export "call") (result i32) (i32.const 0)))
