;; Jumps out of a block that is not there.
;; refused: unknown label
(module
  (memory (export "memory") 1)
  (func (br 7))
  (func (export "call") (result i32) (i32.const 0)))
