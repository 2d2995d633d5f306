;; Code that goes on after a trap, if it were an exception.
;; refused: exceptions
(module
  (memory (export "memory") 1)
  (func (block (try_table (catch_all 0))))
  (func (export "call") (result i32) (i32.const 0)))
