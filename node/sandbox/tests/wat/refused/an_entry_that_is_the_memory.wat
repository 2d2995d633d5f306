;; `call` is the memory: there is nothing to enter.
;; refused: export `call` is not a function
(module
  (memory (export "memory") 1)
  (export "call" (memory 0)))
