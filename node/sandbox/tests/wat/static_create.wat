;; A create is a write.
;; outcome: Trap(StaticWrite)
;; gas: all
;; static
(module
  (import "zx" "create" (func $create (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $create (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32)))
    (i32.const 0)))
