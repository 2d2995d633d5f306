;; Takes more from the stack than there is: native code would take it from the frame.
;; refused: nothing on stack
(module
  (memory (export "memory") 1)
  (func (drop))
  (func (export "call") (result i32) (i32.const 0)))
