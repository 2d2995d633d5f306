;; Creates in a loop without end.
;; outcome: OutOfGas
;; gas: all
(module
  (import "zx" "create" (func $create (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop (drop (call $create (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32))) (br 0))
    (i32.const 0)))
