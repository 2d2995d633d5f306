;; Small enough in every part, and too large as a whole.
;; refused: too many bytes: 135
(module
  (memory (export "memory") 1)
  (data (i32.const 0) "................................................................") ;; repeat 1024
  (func
    nop ;; repeat 65000
  )
  (func (export "call") (result i32) (i32.const 0)))
