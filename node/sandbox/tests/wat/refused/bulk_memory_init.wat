;; Data that is copied when asked for.
;; refused: bulk memory
(module
  (memory (export "memory") 1)
  (data $d "abc")
  (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 3)))
  (func (export "call") (result i32) (i32.const 0)))
