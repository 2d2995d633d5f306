;; Immutables are written by constructors.
;; outcome: Trap(ImmutableWrite)
;; gas: all
(module
  (import "zx" "immutable_write" (func $immutable_write (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $immutable_write (i32.const 0) (i32.const 0) (i32.const 1))
    (i32.const 0)))
