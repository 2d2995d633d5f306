;; 4 GiB at the start.
;; refused: too many initial pages of memory: 65536, the limit is 32
(module
  (memory (export "memory") 65536)
  (func (export "call") (result i32) (i32.const 0)))
