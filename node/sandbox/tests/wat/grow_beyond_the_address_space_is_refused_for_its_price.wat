;; Can pay for 65,536 pages, and gets none.
;; outcome: Success
;; gas: 98305301
;; gas-limit: 100000000
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.ne (memory.grow (i32.const 65536)) (i32.const -1))))
