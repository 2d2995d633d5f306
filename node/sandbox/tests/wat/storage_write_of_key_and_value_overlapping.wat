;; Key and value share 31 bytes.
;; outcome: Success
;; gas: 304
;; output: 0000000000000000000000000000000000000000000000000000000000000900
(module
  (import "zx" "storage_write" (func $storage_write (param i32 i32)))
  (import "zx" "storage_read" (func $storage_read (param i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.store8 (i32.const 31) (i32.const 9))
    (call $storage_write (i32.const 0) (i32.const 1))
    (call $storage_read (i32.const 0) (i32.const 64))
    (call $output (i32.const 64) (i32.const 32))
    (i32.const 0)))
