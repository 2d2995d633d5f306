;; A fence, which touches no memory.
;; refused: threads support
(module
  (memory (export "memory") 1)
  (func (atomic.fence))
  (func (export "call") (result i32) (i32.const 0)))
