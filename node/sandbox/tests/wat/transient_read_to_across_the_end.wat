;; The last byte of the value has no place.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "transient_read" (func $transient_read (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $transient_read (i32.const 0) (i32.const 65505))
    (i32.const 0)))
