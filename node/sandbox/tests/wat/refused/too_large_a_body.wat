;; A body of more bytes than the chain allows: compilers take superlinear time.
;; refused: too many bytes in function 0: 65538, the limit is 65536
(module
  (memory (export "memory") 1)
  (func
    nop ;; repeat 65536
  )
  (func (export "call") (result i32) (i32.const 0)))
