;; The host is to write an address into a memory of no pages.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "caller" (func $caller (param i32)))
  (memory (export "memory") 0)
  (func (export "call") (result i32)
    (call $caller (i32.const 0))
    (i32.const 0)))
