;; Reading storage and calling without value are no writes.
;; outcome: Success
;; gas: 304
;; static
(module
  (import "zx" "storage_read" (func $storage_read (param i32 i32)))
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $storage_read (i32.const 0) (i32.const 32))
    (call $call (i64.const -1) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0))))
