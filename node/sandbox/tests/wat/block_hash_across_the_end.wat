;; The last byte of the hash has no place.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "block_hash" (func $block_hash (param i64 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $block_hash (i64.const 0) (i32.const 65505))
    (i32.const 0)))
