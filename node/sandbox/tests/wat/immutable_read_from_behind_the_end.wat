;; Nor is an offset past the end an error.
;; outcome: Success
;; gas: 303
;; immutables: 010203
;; output: 0000
(module
  (import "zx" "immutable_read" (func $immutable_read (param i32 i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $immutable_read (i32.const 0) (i32.const -1) (i32.const 2))
    (call $output (i32.const 0) (i32.const 2))
    (i32.const 0)))
