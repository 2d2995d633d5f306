;; A constructor reads what it has written; in between are zeros, and the last write of several stays.
;; outcome: Success
;; gas: 307
;; entry: deploy
;; output: 01ab000001
;; written: 01ab000001
(module
  (import "zx" "immutable_read" (func $immutable_read (param i32 i32 i32)))
  (import "zx" "immutable_write" (func $immutable_write (param i32 i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\01\ab")
  (func (export "deploy") (result i32)
    (call $immutable_write (i32.const 4) (i32.const 0) (i32.const 1))
    (call $immutable_write (i32.const 0) (i32.const 1) (i32.const 1))
    (call $immutable_write (i32.const 0) (i32.const 0) (i32.const 2))
    (call $immutable_read (i32.const 8) (i32.const 0) (i32.const 5))
    (call $output (i32.const 8) (i32.const 5))
    (i32.const 0))
  (func (export "call") (result i32) (i32.const 0)))
