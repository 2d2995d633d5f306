;; `deploy` wants its arguments on the stack.
;; refused: export `deploy` must take nothing and return an i32
(module
  (memory (export "memory") 1)
  (func (export "deploy") (param i32 i32) (result i32) (i32.const 0))
  (func (export "call") (result i32) (i32.const 0)))
