;; Writes the same slot in a loop without end.
;; outcome: OutOfGas
;; gas: all
(module
  (import "zx" "storage_write" (func $storage_write (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop (call $storage_write (i32.const 0) (i32.const 32)) (br 0))
    (i32.const 0)))
