;; The last byte of the key is outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "ed25519_verify" (func $ed25519_verify (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $ed25519_verify (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 65505)))
    (i32.const 0)))
