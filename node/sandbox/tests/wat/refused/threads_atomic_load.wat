;; An atomic read.
;; refused: threads support is not enabled
(module
  (memory (export "memory") 1)
  (func (drop (i32.atomic.load (i32.const 0))))
  (func (export "call") (result i32) (i32.const 0)))
