;; Promises more alignment than the access is wide.
;; refused: alignment must not be larger than natural
(module
  (memory (export "memory") 1)
  (func (drop (i32.load align=8 (i32.const 0))))
  (func (export "call") (result i32) (i32.const 0)))
