;; Reads a local behind the last: native code would read the frame.
;; refused: unknown local 1
(module
  (memory (export "memory") 1)
  (func (local i32) (drop (local.get 1)))
  (func (export "call") (result i32) (i32.const 0)))
