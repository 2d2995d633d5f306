;; Reads are not refused.
;; outcome: Success
;; gas: 301
;; static
(module
  (import "zx" "transient_read" (func $transient_read (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $transient_read (i32.const 0) (i32.const 32))
    (i32.const 0)))
