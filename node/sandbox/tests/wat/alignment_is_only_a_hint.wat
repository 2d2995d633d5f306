;; Promises an alignment that the address does not have: no trap, and no other bytes.
;; outcome: Success
;; gas: 302
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i64.store align=8 (i32.const 3) (i64.const 0x0102030405060708))
    (i32.ne (i32.load align=4 (i32.const 5)) (i32.const 0x03040506))))
