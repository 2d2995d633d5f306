;; Copies calldata to the last byte of memory, which is inside.
;; outcome: Success
;; gas: 303
;; input: abcd
;; output: cd
(module
  (import "zx" "calldata_copy" (func $calldata_copy (param i32 i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $calldata_copy (i32.const 65535) (i32.const 1) (i32.const 1))
    (call $output (i32.const 65535) (i32.const 1))
    (i32.const 0)))
