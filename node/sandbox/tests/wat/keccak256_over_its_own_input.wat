;; The hash is written over the data it is of.
;; outcome: Success
;; gas: 303
;; output: 000505050505050505050505050505050505050505050505050505050505050505
(module
  (import "zx" "keccak256" (func $keccak256 (param i32 i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $keccak256 (i32.const 0) (i32.const 5) (i32.const 1))
    (call $output (i32.const 0) (i32.const 33))
    (i32.const 0)))
