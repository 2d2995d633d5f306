;; The module says it may have 65,536 pages; the chain says 64.
;; outcome: Success
;; gas: 192801
(module
  (memory (export "memory") 1 65536)
  (func (export "call") (result i32)
    (if (i32.ne (memory.grow (i32.const 64)) (i32.const -1)) (then (unreachable)))
    (i32.ne (memory.grow (i32.const 63)) (i32.const 1))))
