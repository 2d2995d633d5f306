;; Key and value share 31 bytes; the slot holds what stood there when it was written.
;; outcome: Success
;; gas: 305
;; output: 0000000000000000000000000000000000000000000000000000000000000102
(module
  (import "zx" "transient_write" (func $transient_write (param i32 i32)))
  (import "zx" "transient_read" (func $transient_read (param i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.store8 (i32.const 31) (i32.const 1))
    (i32.store8 (i32.const 32) (i32.const 2))
    (call $transient_write (i32.const 0) (i32.const 1))
    (call $transient_read (i32.const 0) (i32.const 0))
    (call $output (i32.const 0) (i32.const 32))
    (i32.const 0)))
