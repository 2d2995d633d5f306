;; `call` is a global.
;; refused: export `call` is not a function
(module
  (memory (export "memory") 1)
  (global (export "call") i32 (i32.const 0)))
