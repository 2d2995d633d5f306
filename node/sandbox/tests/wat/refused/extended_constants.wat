;; A data segment whose place is computed.
;; refused: constant expression required
(module
  (memory (export "memory") 1)
  (data (i32.add (i32.const 0) (i32.const 1)) "a")
  (func (export "call") (result i32) (i32.const 0)))
