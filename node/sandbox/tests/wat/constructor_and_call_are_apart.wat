;; `deploy` runs when deployed; `call` would trap and must not be entered by the way.
;; outcome: Success
;; gas: 302
;; entry: deploy
;; output: 64
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (data (i32.const 0) "d")
  (memory (export "memory") 1)
  (func (export "deploy") (result i32)
    (call $output (i32.const 0) (i32.const 1))
    (i32.const 0))
  (func (export "call") (result i32) (unreachable)))
