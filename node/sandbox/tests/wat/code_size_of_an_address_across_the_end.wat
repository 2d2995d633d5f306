;; The last byte of the address is outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "code_size" (func $code_size (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $code_size (i32.const 65517)))
    (i32.const 0)))
