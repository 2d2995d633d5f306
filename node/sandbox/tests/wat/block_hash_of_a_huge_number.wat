;; Two hashes, of the numbers 2^64 - 1 and 3, and the words beside them untouched.
;; outcome: Success
;; gas: 305
;; output: 0000000000000000000000000000000000000000000000000000000000000000ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff03030303030303030303030303030303030303030303030303030303030303030000000000000000000000000000000000000000000000000000000000000000
(module
  (import "zx" "block_hash" (func $block_hash (param i64 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $block_hash (i64.const -1) (i32.const 32))
    (call $block_hash (i64.const 3) (i32.const 64))
    (call $output (i32.const 0) (i32.const 128))
    (i32.const 0)))
