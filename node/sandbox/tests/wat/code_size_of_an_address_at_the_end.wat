;; The last 20 bytes of memory are the address, its first byte 5: the host says 1,005.
;; outcome: Success
;; gas: 302
(module
  (import "zx" "code_size" (func $code_size (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.store8 (i32.const 65516) (i32.const 5))
    (i32.ne (call $code_size (i32.const 65516)) (i32.const 1005))))
