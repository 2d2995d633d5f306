;; expect: start function
(module
  (memory (export "memory") 1)
  (func $start)
  (start $start)
  (func (export "call") (result i32) (i32.const 0)))
