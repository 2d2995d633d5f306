;; A struct on a heap that nobody meters.
;; refused: not a valid module for this chain
(module
  (memory (export "memory") 1)
  (type $s (struct (field i32)))
  (func (drop (struct.new $s (i32.const 0))))
  (func (export "call") (result i32) (i32.const 0)))
