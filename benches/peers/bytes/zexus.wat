;; The byte contract for our sandbox; move.wat follows. Memory: 0 what is returned, 32 a value, 64 the message.
(import "zx" "calldata_copy" (func $calldata_copy (param i32 i32 i32)))
(import "zx" "output" (func $output (param i32 i32)))
(import "zx" "storage_read" (func $storage_read (param i32 i32)))
(import "zx" "storage_write" (func $storage_write (param i32 i32)))
(memory (export "memory") 1)
(data (i32.const 31) "\01") ;; True, as a word.

(func (export "call") (result i32)
  (call $calldata_copy (i32.const 64) (i32.const 0) (i32.const 72))
  (call $move (i32.const 64))
  (call $output (i32.const 0) (i32.const 32))
  (i32.const 0))

(func $read (param $key i32) (result i32)
  (call $storage_read (local.get $key) (i32.const 32))
  (i32.const 32))

(func $write (param $key i32) (param $value i32)
  (call $storage_write (local.get $key) (local.get $value)))
