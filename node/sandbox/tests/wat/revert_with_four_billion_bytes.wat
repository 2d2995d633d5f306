;; A reason of 2^32 - 1 bytes is more than the gas: no revert, and nothing left.
;; outcome: OutOfGas
;; gas: all
(module
  (import "zx" "revert" (func $revert (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $revert (i32.const 0) (i32.const -1))
    (i32.const 0)))
