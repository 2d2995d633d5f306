;; Copies nothing to where the memory ends.
;; outcome: Success
;; gas: 301
(module
  (import "zx" "calldata_copy" (func $calldata_copy (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $calldata_copy (i32.const 65536) (i32.const -1) (i32.const 0))
    (i32.const 0)))
