;; Code of 2^32 - 1 bytes: its words cost more than there is.
;; outcome: OutOfGas
;; gas: all
(module
  (import "zx" "create2" (func $create2 (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $create2 (i32.const 0) (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0)))
    (i32.const 0)))
