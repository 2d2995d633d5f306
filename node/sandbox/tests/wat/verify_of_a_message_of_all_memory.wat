;; All of the memory is the message, and signature and key in it: the first byte of the one is not its length.
;; outcome: Success
;; gas: 301
(module
  (import "zx" "ed25519_verify" (func $ed25519_verify (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.ne (call $ed25519_verify (i32.const 0) (i32.const 65536) (i32.const 0) (i32.const 0)) (i32.const 1))))
