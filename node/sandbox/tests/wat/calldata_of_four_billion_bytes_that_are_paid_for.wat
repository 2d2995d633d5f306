;; Copies 2^32 - 1 bytes of calldata, with the gas for it: the host must not allocate before it looks at the bounds.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
;; gas-limit: 1000000000000
(module
  (import "zx" "calldata_copy" (func $calldata_copy (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $calldata_copy (i32.const 0) (i32.const 0) (i32.const -1))
    (i32.const 0)))
