;; The new address is written over the code that was created from.
;; outcome: Success
;; gas: 304
(module
  (import "zx" "create" (func $create (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (call $create (i32.const 64) (i32.const 0) (i32.const 32) (i32.const 0)) (then (unreachable)))
    (i32.ne (i32.load (i32.const 0)) (i32.const 0x09090909))))
