;; The last byte of the key is outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "storage_read" (func $storage_read (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $storage_read (i32.const 65505) (i32.const 0))
    (i32.const 0)))
