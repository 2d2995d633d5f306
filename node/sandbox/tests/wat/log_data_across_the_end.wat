;; The last byte of the data is outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "log" (func $log (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $log (i32.const 0) (i32.const 0) (i32.const 65505) (i32.const 32))
    (i32.const 0)))
