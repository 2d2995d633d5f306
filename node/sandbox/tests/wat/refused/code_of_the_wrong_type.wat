;; An addition of 32 and 64 bits.
;; refused: type mismatch: expected i32, found i64
(module
  (memory (export "memory") 1)
  (func (result i32) (i32.add (i32.const 0) (i64.const 0)))
  (func (export "call") (result i32) (i32.const 0)))
