;; Work at instantiation, before the memory is attached and the meters are set.
;; refused: a start function is not allowed: put its work into the constructor
(module
  (memory (export "memory") 1)
  (func $s)
  (start $s)
  (func (export "call") (result i32) (i32.const 0)))
