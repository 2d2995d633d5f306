;; A small table that is written over and over when a frame is entered.
;; refused: too many elements in all segments: 8200, the limit is 8192
(module
  (memory (export "memory") 1)
  (table 41 funcref)
  (elem (i32.const 0) func 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0) ;; repeat 200
  (func (export "call") (result i32) (i32.const 0)))
