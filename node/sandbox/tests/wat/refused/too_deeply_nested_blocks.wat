;; A block more than the chain allows, the body of the function included.
;; refused: too many nested blocks in function 0: 257, the limit is 256
(module
  (memory (export "memory") 1)
  (func
    block ;; repeat 256
    end ;; repeat 256
  )
  (func (export "call") (result i32) (i32.const 0)))
