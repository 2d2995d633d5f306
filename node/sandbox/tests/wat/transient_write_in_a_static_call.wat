;; Writes are refused, of transient storage too.
;; outcome: Trap(StaticWrite)
;; gas: all
;; static
(module
  (import "zx" "transient_write" (func $transient_write (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $transient_write (i32.const 0) (i32.const 32))
    (i32.const 0)))
