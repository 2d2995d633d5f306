;; One of twenty bytes is inside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "origin" (func $origin (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $origin (i32.const 65535))
    (i32.const 0)))
