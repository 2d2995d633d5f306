;; No reason, where the memory ends.
;; outcome: Revert
;; gas: 301
;; output:
(module
  (import "zx" "revert" (func $revert (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $revert (i32.const 65536) (i32.const 0))
    (i32.const 0)))
