;; Index 2^32 - 1 of a table of two: it is the default that is taken.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (block
      (block
        (block
          (br_table 0 1 2 (i32.const -1)))
        (unreachable))
      (unreachable))
    (i32.const 0)))
