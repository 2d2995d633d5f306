;; Leaves more on the stack than the type says.
;; refused: values remaining on stack at end of block
(module
  (memory (export "memory") 1)
  (func (i32.const 0))
  (func (export "call") (result i32) (i32.const 0)))
