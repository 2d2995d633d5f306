;; The 32 bytes end where the memory ends.
;; outcome: Success
;; gas: 301
(module
  (import "zx" "value" (func $value (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $value (i32.const 65504))
    (i32.const 0)))
