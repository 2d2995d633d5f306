;; More elements than any table: each would be written when a frame is entered.
;; refused: too many elements in all segments: 8193, the limit is 8192
(module
  (memory (export "memory") 1)
  (table 8192 funcref)
  (elem (i32.const 0) func
    0 ;; repeat 8193
  )
  (func (export "call") (result i32) (i32.const 0)))
