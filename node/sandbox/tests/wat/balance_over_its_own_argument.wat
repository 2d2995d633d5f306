;; The balance is written over the address it was asked of.
;; outcome: Success
;; gas: 303
;; output: 0707070707070707070707070707070707070707070707070707070707070707
(module
  (import "zx" "balance" (func $balance (param i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.store8 (i32.const 0) (i32.const 7))
    (call $balance (i32.const 0) (i32.const 0))
    (call $output (i32.const 0) (i32.const 32))
    (i32.const 0)))
