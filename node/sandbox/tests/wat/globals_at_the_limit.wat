;; As many globals as the chain allows: the meters add theirs behind them.
;; outcome: Success
;; gas: 661
(module
  (memory (export "memory") 1)
  (global (mut i32) (i32.const 7)) ;; repeat 255
  (global i32 (i32.const 0))
  (func (export "call") (result i32)
    (global.get 255)))
