;; `__heap_base`, as linkers like to export it.
;; refused: export `__heap_base` is not allowed
(module
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (func (export "call") (result i32) (i32.const 0)))
