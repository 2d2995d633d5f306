;; Nothing after `revert` runs, however deep.
;; outcome: Revert
;; gas: 360
;; output: 6e6f
(module
  (import "zx" "revert" (func $revert (param i32 i32)))
  (data (i32.const 0) "no")
  (memory (export "memory") 1)
  (func $deeper (param i32)
    (if (i32.eqz (local.get 0))
      (then (call $revert (i32.const 0) (i32.const 2))))
    (call $deeper (i32.sub (local.get 0) (i32.const 1)))
    (unreachable))
  (func (export "call") (result i32)
    (call $deeper (i32.const 100))
    (i32.const 0)))
