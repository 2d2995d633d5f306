;; Reads the last word of a page that was just added: nothing of another frame may be left there.
;; outcome: Success
;; gas: 2802
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (memory.grow (i32.const 1)))
    (i64.ne (i64.load (i32.const 131064)) (i64.const 0))))
