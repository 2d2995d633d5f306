;; Calls through a table that is not there.
;; refused: unknown table
(module
  (memory (export "memory") 1)
  (type $t (func))
  (func (call_indirect (type $t) (i32.const 0)))
  (func (export "call") (result i32) (i32.const 0)))
