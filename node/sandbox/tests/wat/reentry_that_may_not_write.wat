;; Calls itself statically; the write below fails, and the frame above learns of it.
;; outcome: Success
;; gas: 984380
;; frames: 2
(module
  (import "zx" "calldata_size" (func $calldata_size (result i32)))
  (import "zx" "storage_write" (func $storage_write (param i32 i32)))
  (import "zx" "static_call" (func $static_call (param i64 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (call $calldata_size)
      (then
        (call $storage_write (i32.const 0) (i32.const 32))
        (return (i32.const 0))))
    (i32.ne (call $static_call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 1)) (i32.const 2))))
