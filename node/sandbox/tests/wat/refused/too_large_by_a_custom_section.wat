;; Bytes that nobody reads are bytes all the same.
;; refused: too many bytes: 13
(module
  (memory (export "memory") 1)
  (@custom "ballast" "................................................................") ;; repeat 1800
  (func (export "call") (result i32) (i32.const 0)))
