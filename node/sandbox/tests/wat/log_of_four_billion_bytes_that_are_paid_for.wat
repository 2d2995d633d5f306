;; Data of 2^32 - 1 bytes, with the gas for it.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
;; gas-limit: 1000000000000
(module
  (import "zx" "log" (func $log (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $log (i32.const 0) (i32.const 0) (i32.const 0) (i32.const -1))
    (i32.const 0)))
