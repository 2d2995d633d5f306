;; The amount counts modulo the width, where processors differ.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (if (i32.ne (i32.shl (i32.const 1) (i32.const 33)) (i32.const 2)) (then (unreachable)))
    (if (i64.ne (i64.shr_s (i64.const -8) (i64.const 65)) (i64.const -4)) (then (unreachable)))
    (i32.ne (i32.rotl (i32.const 0x80000001) (i32.const 33)) (i32.const 3))))
