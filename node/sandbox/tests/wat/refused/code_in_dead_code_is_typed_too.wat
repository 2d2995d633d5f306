;; After `unreachable` types still have to fit.
;; refused: type mismatch
(module
  (memory (export "memory") 1)
  (func (result i32) (unreachable) (i64.const 0) (i32.eqz))
  (func (export "call") (result i32) (i32.const 0)))
