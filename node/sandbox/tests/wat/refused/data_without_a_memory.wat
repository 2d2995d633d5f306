;; A segment for a memory that is not there.
;; refused: unknown memory 0
(module
  (data (i32.const 0) "a")
  (func (export "call") (result i32) (i32.const 0)))
