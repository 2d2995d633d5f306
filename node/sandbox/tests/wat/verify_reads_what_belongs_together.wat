;; Length, last byte of the signature and last byte of the key agree: valid; then the key is another: not valid.
;; outcome: Success
;; gas: 304
(module
  (import "zx" "ed25519_verify" (func $ed25519_verify (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.store8 (i32.const 100) (i32.const 3))
    (i32.store8 (i32.const 163) (i32.const 9))
    (i32.store8 (i32.const 231) (i32.const 9))
    (if (call $ed25519_verify (i32.const 0) (i32.const 3) (i32.const 100) (i32.const 200)) (then (unreachable)))
    (i32.ne (call $ed25519_verify (i32.const 0) (i32.const 3) (i32.const 100) (i32.const 201)) (i32.const 1))))
