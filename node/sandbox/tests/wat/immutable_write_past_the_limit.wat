;; There are 4,096 bytes of them.
;; outcome: Trap(ImmutablesTooLarge)
;; gas: all
;; entry: deploy
(module
  (import "zx" "immutable_write" (func $immutable_write (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "deploy") (result i32)
    (call $immutable_write (i32.const 4095) (i32.const 0) (i32.const 1))
    (call $immutable_write (i32.const 4095) (i32.const 0) (i32.const 2))
    (i32.const 0))
  (func (export "call") (result i32) (i32.const 0)))
