;; The last of the 64 bytes of the signature is outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "secp256k1_recover" (func $secp256k1_recover (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $secp256k1_recover (i32.const 0) (i32.const 65473) (i32.const 27) (i32.const 0)))
    (i32.const 0)))
