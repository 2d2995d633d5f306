;; Sleeps until somebody wakes it.
;; refused: threads support
(module
  (memory (export "memory") 1)
  (func (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))
  (func (export "call") (result i32) (i32.const 0)))
