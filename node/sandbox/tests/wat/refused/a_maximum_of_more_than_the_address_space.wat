;; At most 65,537 pages, which are more than 4 GiB.
;; refused: memory size must be at most
(module
  (memory (export "memory") 1 65537)
  (func (export "call") (result i32) (i32.const 0)))
