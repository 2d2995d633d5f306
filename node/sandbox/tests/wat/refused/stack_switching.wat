;; A continuation: a stack that nobody meters.
;; refused: not a valid module for this chain
(module
  (memory (export "memory") 1)
  (type $f (func))
  (type $k (cont $f))
  (elem declare func $g)
  (func $g)
  (func (drop (cont.new $k (ref.func $g))))
  (func (export "call") (result i32) (i32.const 0)))
