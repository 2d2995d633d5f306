;; Keccak-256 of data of which the last byte is outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "keccak256" (func $keccak256 (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $keccak256 (i32.const 65505) (i32.const 32) (i32.const 0))
    (i32.const 0)))
