;; Calls an empty function for ever: the callee costs nothing, the call must.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func $nothing)
  (func (export "call") (result i32)
    (loop (call $nothing) (br 0))
    (i32.const 0)))
