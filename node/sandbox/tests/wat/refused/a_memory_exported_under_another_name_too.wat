;; The memory under a second name.
;; refused: export `mem` is not allowed: a module exports `memory`, `call` and `deploy`, and nothing else
(module
  (memory (export "memory") 1)
  (export "mem" (memory 0))
  (func (export "call") (result i32) (i32.const 0)))
