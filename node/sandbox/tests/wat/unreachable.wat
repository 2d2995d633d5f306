;; Nothing but a trap.
;; outcome: Trap(Unreachable)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (unreachable)))
