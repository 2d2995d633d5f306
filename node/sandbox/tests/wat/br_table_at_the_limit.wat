;; A table of as many targets as the chain allows, entered at its last.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (block
      (block
        (block
          (br_table
            0 ;; repeat 1023
            1 2 (i32.const 1023)))
        (unreachable))
      (return (i32.const 0)))
    (unreachable)))
