;; No topics and no data, both where the memory ends.
;; outcome: Success
;; gas: 302
(module
  (import "zx" "log" (func $log (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $log (i32.const 65536) (i32.const 0) (i32.const 65536) (i32.const 0))
    (i32.const 0)))
