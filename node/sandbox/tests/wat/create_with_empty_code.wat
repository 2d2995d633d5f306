;; Code of no bytes, where the memory ends, is a contract without code.
;; outcome: Success
;; gas: 304
;; output: 0909090909090909090909090909090909090909
(module
  (import "zx" "create" (func $create (param i32 i32 i32 i32) (result i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (call $create (i32.const 0) (i32.const 65536) (i32.const 0) (i32.const 0)) (then (unreachable)))
    (call $output (i32.const 0) (i32.const 20))
    (i32.const 0)))
