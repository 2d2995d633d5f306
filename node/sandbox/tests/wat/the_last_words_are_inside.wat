;; Writes and reads the last 8, 4, 2 and 1 bytes: a bounds check that is one off would trap.
;; outcome: Success
;; gas: 304
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i64.store (i32.const 65528) (i64.const 0x8877665544332211))
    (if (i32.ne (i32.load (i32.const 65532)) (i32.const 0x88776655)) (then (unreachable)))
    (if (i32.ne (i32.load16_u (i32.const 65534)) (i32.const 0x8877)) (then (unreachable)))
    (i32.ne (i32.load8_u (i32.const 65535)) (i32.const 0x88))))
