;; Recursion without a stack to meter, through the table.
;; refused: tail calls
(module
  (memory (export "memory") 1)
  (type $t (func))
  (table 1 funcref)
  (func (return_call_indirect (type $t) (i32.const 0)))
  (func (export "call") (result i32) (i32.const 0)))
