;; The last byte of the code is outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "create2" (func $create2 (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $create2 (i32.const 0) (i32.const 0) (i32.const 65535) (i32.const 2) (i32.const 0)))
    (i32.const 0)))
