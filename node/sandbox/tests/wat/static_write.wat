;; Writes storage in a static call: the host refuses, and it is no revert of the module's own.
;; outcome: Trap(StaticWrite)
;; gas: all
;; static
(module
  (import "zx" "storage_write" (func $storage_write (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $storage_write (i32.const 0) (i32.const 32))
    (i32.const 0)))
