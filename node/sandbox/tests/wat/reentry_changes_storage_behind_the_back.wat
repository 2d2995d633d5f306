;; Reads a slot, calls itself, and reads again: the inner frame has changed it.
;; outcome: Success
;; gas: 611
;; frames: 2
(module
  (import "zx" "calldata_size" (func $calldata_size (result i32)))
  (import "zx" "storage_write" (func $storage_write (param i32 i32)))
  (import "zx" "storage_read" (func $storage_read (param i32 i32)))
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (call $calldata_size)
      (then
        (i32.store8 (i32.const 32) (i32.const 9))
        (call $storage_write (i32.const 0) (i32.const 32))
        (return (i32.const 0))))
    (call $storage_read (i32.const 0) (i32.const 64))
    (if (i32.load8_u (i32.const 64)) (then (unreachable)))
    (drop (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1)))
    (call $storage_read (i32.const 0) (i32.const 64))
    (i32.ne (i32.load8_u (i32.const 64)) (i32.const 9))))
