;; Copies a byte of return data before any call, when there is none.
;; outcome: Trap(ReturnDataOutOfBounds)
;; gas: all
(module
  (import "zx" "return_data_copy" (func $copy (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $copy (i32.const 0) (i32.const 0) (i32.const 1))
    (i32.const 0)))
