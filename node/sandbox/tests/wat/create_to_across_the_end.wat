;; There is no place for the last byte of the new address.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "create" (func $create (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $create (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 65517)))
    (i32.const 0)))
