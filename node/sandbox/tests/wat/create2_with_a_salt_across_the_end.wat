;; The last byte of the salt is outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "create2" (func $create2 (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $create2 (i32.const 0) (i32.const 65505) (i32.const 0) (i32.const 0) (i32.const 0)))
    (i32.const 0)))
