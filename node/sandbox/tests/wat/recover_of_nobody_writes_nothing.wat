;; There is no signer, so the place for its address is not looked at.
;; outcome: Success
;; gas: 301
(module
  (import "zx" "secp256k1_recover" (func $secp256k1_recover (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.ne (call $secp256k1_recover (i32.const 0) (i32.const 0) (i32.const 0) (i32.const -1)) (i32.const 1))))
