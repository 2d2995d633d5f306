;; `call` is the host function `revert`, which takes two arguments.
;; refused: export `call` must take nothing and return an i32
(module
  (import "zx" "revert" (func $revert (param i32 i32)))
  (export "call" (func $revert))
  (memory (export "memory") 1))
