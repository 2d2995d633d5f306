;; An array of 2^32 - 1 elements on a heap that nobody meters.
;; refused: not a valid module for this chain
(module
  (memory (export "memory") 1)
  (type $a (array (mut i64)))
  (func (drop (array.new_default $a (i32.const -1))))
  (func (export "call") (result i32) (i32.const 0)))
