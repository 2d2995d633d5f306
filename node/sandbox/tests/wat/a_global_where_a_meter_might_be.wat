;; Writes to every global it has, hoping that one is the fuel.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (global $a (mut i64) (i64.const 0))
  (global $b (mut i32) (i32.const 0))
  (func (export "call") (result i32)
    (loop (global.set $a (i64.const -1)) (global.set $b (i32.const -1)) (br 0))
    (i32.const 0)))
