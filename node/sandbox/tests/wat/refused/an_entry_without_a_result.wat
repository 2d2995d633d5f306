;; `call` does not say how it ended.
;; refused: export `call` must take nothing and return an i32
(module
  (memory (export "memory") 1)
  (func (export "call")))
