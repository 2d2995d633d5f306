;; The inner frame is given none: it fails before it begins.
;; outcome: Success
;; gas: 303
;; frames: 2
(module
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.ne (call $call (i64.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)) (i32.const 2))))
