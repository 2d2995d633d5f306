;; The host writes nothing past the end of memory.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
;; immutables: 010203
(module
  (import "zx" "immutable_read" (func $immutable_read (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $immutable_read (i32.const 65535) (i32.const 0) (i32.const 2))
    (i32.const 0)))
