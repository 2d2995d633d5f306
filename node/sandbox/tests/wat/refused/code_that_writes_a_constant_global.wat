;; Writes to a global that cannot change.
;; refused: global is immutable
(module
  (memory (export "memory") 1)
  (global $g i32 (i32.const 0))
  (func (global.set $g (i32.const 1)))
  (func (export "call") (result i32) (i32.const 0)))
