;; v is 2^32 - 1, then 27 and 2^8, which would be 27 if only its low byte counted: nobody signed.
;; outcome: Success
;; gas: 303
(module
  (import "zx" "secp256k1_recover" (func $secp256k1_recover (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (i32.ne (call $secp256k1_recover (i32.const 0) (i32.const 0) (i32.const -1) (i32.const 0)) (i32.const 1)) (then (unreachable)))
    (i32.ne (call $secp256k1_recover (i32.const 0) (i32.const 0) (i32.const 283) (i32.const 0)) (i32.const 1))))
