;; The last byte of the address is outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "code_hash" (func $code_hash (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $code_hash (i32.const 65517) (i32.const 0))
    (i32.const 0)))
