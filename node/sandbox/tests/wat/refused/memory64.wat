;; A memory with addresses of 64 bits.
;; refused: memory64 must be enabled for 64-bit memories
(module
  (memory (export "memory") i64 1)
  (func (export "call") (result i32) (i32.const 0)))
