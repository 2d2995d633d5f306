;; expect: export `call` is missing
(module
  (memory (export "memory") 1))
