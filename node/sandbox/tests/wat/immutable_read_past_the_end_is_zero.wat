;; What lies past the end of the immutables is zero, also in memory that held something else.
;; outcome: Success
;; gas: 303
;; immutables: 010203
;; output: 02030000
(module
  (import "zx" "immutable_read" (func $immutable_read (param i32 i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\ff\ff\ff\ff\ff")
  (func (export "call") (result i32)
    (call $immutable_read (i32.const 0) (i32.const 1) (i32.const 4))
    (call $output (i32.const 0) (i32.const 4))
    (i32.const 0)))
