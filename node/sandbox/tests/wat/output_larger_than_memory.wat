;; Answers with one byte more than memory has.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $output (i32.const 0) (i32.const 65537))
    (i32.const 0)))
