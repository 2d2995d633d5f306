;; The value is inside, the key is not.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "storage_write" (func $storage_write (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $storage_write (i32.const 65536) (i32.const 0))
    (i32.const 0)))
