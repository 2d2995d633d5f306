;; One of 32 bytes is inside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "base_fee" (func $base_fee (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $base_fee (i32.const 65535))
    (i32.const 0)))
