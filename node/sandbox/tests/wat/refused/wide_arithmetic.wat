;; An addition of 128 bits.
;; refused: wide arithmetic support is not enabled
(module
  (memory (export "memory") 1)
  (func (result i64) (i64.add128 (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0)) (drop))
  (func (export "call") (result i32) (i32.const 0)))
