;; A segment for a table that is not there.
;; refused: unknown table 0
(module
  (memory (export "memory") 1)
  (elem (table 0) (i32.const 0) func $f)
  (func $f)
  (func (export "call") (result i32) (i32.const 0)))
