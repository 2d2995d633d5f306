;; The last of twenty bytes is outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "caller" (func $caller (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $caller (i32.const 65517))
    (i32.const 0)))
