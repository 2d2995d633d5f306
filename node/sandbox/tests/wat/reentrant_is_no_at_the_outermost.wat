;; Nobody called it before: it says 0.
;; outcome: Success
;; gas: 301
(module
  (import "zx" "reentrant" (func $reentrant (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $reentrant)))
