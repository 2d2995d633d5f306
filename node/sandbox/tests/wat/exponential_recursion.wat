;; Calls itself twice, sixty deep: 2^60 calls on little stack.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func $twice (param i32)
    (if (local.get 0)
      (then
        (call $twice (i32.sub (local.get 0) (i32.const 1)))
        (call $twice (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "call") (result i32)
    (call $twice (i32.const 60))
    (i32.const 0)))
