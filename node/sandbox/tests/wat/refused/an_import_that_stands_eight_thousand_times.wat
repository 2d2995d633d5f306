;; Eight thousand imports, and no function of its own: each entry would link them all.
;; refused: import `zx.log` stands twice
(module
  (import "zx" "log" (func (param i32 i32 i32 i32))) ;; repeat 8000
  (import "zx" "calldata_size" (func $size (result i32)))
  (export "call" (func $size))
  (memory (export "memory") 1))
