;; Calldata of 2^32 - 1 bytes is more than the gas.
;; outcome: OutOfGas
;; gas: all
(module
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const -1)))
    (i32.const 0)))
