;; The address is written over value, salt and code, after they have been read.
;; outcome: Success
;; gas: 305
;; output: 0909090909090909090909090909090909090909
(module
  (import "zx" "create2" (func $create2 (param i32 i32 i32 i32 i32) (result i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (call $create2 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 64) (i32.const 0)) (then (unreachable)))
    (call $output (i32.const 0) (i32.const 20))
    (i32.const 0)))
