;; Leading and trailing zeros of zero are the width, where processors differ.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.or
      (i32.xor (i32.clz (i32.const 0)) (i32.ctz (i32.const 0)))
      (i32.or
        (i32.sub (i32.ctz (i32.const 0)) (i32.const 32))
        (i32.wrap_i64 (i64.sub (i64.clz (i64.const 0)) (i64.const 64)))))))
