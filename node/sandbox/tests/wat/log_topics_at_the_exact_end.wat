;; Four topics that end where the memory ends, and are the data too.
;; outcome: Success
;; gas: 303
(module
  (import "zx" "log" (func $log (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $log (i32.const 65408) (i32.const 4) (i32.const 65408) (i32.const 128))
    (i32.const 0)))
