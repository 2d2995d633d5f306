;; The key is inside, the last byte of the value is not: nothing is written.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "storage_write" (func $storage_write (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $storage_write (i32.const 0) (i32.const 65505))
    (i32.const 0)))
