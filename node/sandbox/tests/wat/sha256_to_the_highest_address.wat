;; The data is inside, the place for the hash is at 2^32 - 1.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "sha256" (func $sha256 (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $sha256 (i32.const 0) (i32.const 0) (i32.const -1))
    (i32.const 0)))
