;; The value is written over the key, and then read as a key: no stale copy may be used.
;; outcome: Success
;; gas: 306
;; output: 05
(module
  (import "zx" "storage_write" (func $storage_write (param i32 i32)))
  (import "zx" "storage_read" (func $storage_read (param i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.store8 (i32.const 32) (i32.const 5))
    (call $storage_write (i32.const 0) (i32.const 32))
    (call $storage_read (i32.const 0) (i32.const 0))
    (call $output (i32.const 0) (i32.const 1))
    (call $storage_read (i32.const 0) (i32.const 0))
    (i32.load8_u (i32.const 0))))
