;; The hash is written over the address that was asked for.
;; outcome: Success
;; gas: 303
;; output: 0909090909090909090909090909090909090909090909090909090909090909
(module
  (import "zx" "code_hash" (func $code_hash (param i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.store8 (i32.const 4) (i32.const 9))
    (call $code_hash (i32.const 4) (i32.const 4))
    (call $output (i32.const 4) (i32.const 32))
    (i32.const 0)))
