;; Two bytes of calldata, read as four: what lies behind them must not be seen.
;; outcome: Success
;; gas: 304
;; input: abcd
;; output: abcd0000
(module
  (import "zx" "calldata_copy" (func $copy (param i32 i32 i32)))
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (i32.store (i32.const 0) (i32.const -1))
    (call $copy (i32.const 0) (i32.const 0) (i32.const 4))
    (call $output (i32.const 0) (i32.const 4))
    (i32.const 0)))
