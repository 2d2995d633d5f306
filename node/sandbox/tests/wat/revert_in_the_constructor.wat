;; The constructor reverts with a reason.
;; outcome: Revert
;; gas: 302
;; entry: deploy
;; output: 6e6f
(module
  (import "zx" "revert" (func $revert (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "no")
  (func (export "call") (result i32) (i32.const 0))
  (func (export "deploy") (result i32)
    (call $revert (i32.const 0) (i32.const 2))
    (i32.const 0)))
