;; One byte of calldata, the first outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "static_call" (func $static_call (param i64 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $static_call (i64.const -1) (i32.const 0) (i32.const 65536) (i32.const 1)))
    (i32.const 0)))
