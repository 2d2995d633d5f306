;; The calldata fits, the zeros after it do not.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
;; input: abcd
(module
  (import "zx" "calldata_copy" (func $calldata_copy (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $calldata_copy (i32.const 65534) (i32.const 0) (i32.const 3))
    (i32.const 0)))
