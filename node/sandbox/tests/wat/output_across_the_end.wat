;; Two bytes from the last byte of memory.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $output (i32.const 65535) (i32.const 2))
    (i32.const 0)))
