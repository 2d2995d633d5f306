;; The address is written over hash and signature.
;; outcome: Success
;; gas: 303
;; output: 0707070707070707070707070707070707070707
(module
  (import "zx" "secp256k1_recover" (func $secp256k1_recover (param i32 i32 i32 i32) (result i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $secp256k1_recover (i32.const 0) (i32.const 0) (i32.const 27) (i32.const 0)))
    (call $output (i32.const 0) (i32.const 20))
    (i32.const 0)))
