;; The reason lies across the end: a trap, which is no revert.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "revert" (func $revert (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $revert (i32.const 65533) (i32.const 4))
    (i32.const 0)))
