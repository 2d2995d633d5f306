;; Goes down a thousand calls and comes back, a hundred times: what was taken is given back.
;; outcome: Success
;; gas: 54367
(module
  (memory (export "memory") 1)
  (func $down (param i32)
    (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "call") (result i32)
    (local i32)
    (local.set 0 (i32.const 100))
    (loop
      (call $down (i32.const 1000))
      (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (i32.const 0)))
