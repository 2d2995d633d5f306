;; The inner frame finds what the outer one wrote, and the outer one what the inner one wrote.
;; outcome: Success
;; gas: 613
;; frames: 2
(module
  (import "zx" "calldata_size" (func $calldata_size (result i32)))
  (import "zx" "transient_write" (func $transient_write (param i32 i32)))
  (import "zx" "transient_read" (func $transient_read (param i32 i32)))
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (call $calldata_size)
      (then
        (call $transient_read (i32.const 0) (i32.const 32))
        (if (i32.ne (i32.load8_u (i32.const 32)) (i32.const 7)) (then (unreachable)))
        (i32.store8 (i32.const 32) (i32.const 8))
        (call $transient_write (i32.const 0) (i32.const 32))
        (return (i32.const 0))))
    (i32.store8 (i32.const 32) (i32.const 7))
    (call $transient_write (i32.const 0) (i32.const 32))
    (if (call $call (i64.const -1) (i32.const 0) (i32.const 64) (i32.const 0) (i32.const 1)) (then (unreachable)))
    (call $transient_read (i32.const 0) (i32.const 32))
    (i32.ne (i32.load8_u (i32.const 32)) (i32.const 8))))
