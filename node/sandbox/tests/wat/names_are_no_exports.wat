;; Functions and globals that are named like the meters, but only in the text: they are not the meters.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (global $zx_fuel (mut i64) (i64.const 5))
  (func $zx_stack (result i32) (i32.const 0))
  (func (export "call") (result i32)
    (global.set $zx_fuel (i64.const -1))
    (call $zx_stack)))
