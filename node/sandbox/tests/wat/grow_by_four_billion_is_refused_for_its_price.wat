;; Can pay for 2^32 - 1 pages: the count of pages must not overflow.
;; outcome: Success
;; gas: 6442450943801
;; gas-limit: 10000000000000
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.ne (memory.grow (i32.const -1)) (i32.const -1))))
