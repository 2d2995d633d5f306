;; The twenty bytes end where the memory ends.
;; outcome: Success
;; gas: 301
(module
  (import "zx" "caller" (func $caller (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $caller (i32.const 65516))
    (i32.const 0)))
