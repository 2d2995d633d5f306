;; The pointer is looked at before the host is asked: the trap is the pointer's.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
;; static
(module
  (import "zx" "storage_write" (func $storage_write (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $storage_write (i32.const -1) (i32.const 0))
    (i32.const 0)))
