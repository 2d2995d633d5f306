;; The index is the number of targets: the default is taken, not what lies behind the table.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (block
      (block
        (block
          (br_table 0 1 2 (i32.const 2)))
        (unreachable))
      (unreachable))
    (i32.const 0)))
