;; A segment without bytes may begin where the memory ends.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (data (i32.const 65536) "")
  (func (export "call") (result i32)
    (i32.const 0)))
