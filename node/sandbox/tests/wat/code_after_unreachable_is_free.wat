;; A loop without end behind a trap: it cannot run, and the trap is what ends the frame.
;; outcome: Trap(Unreachable)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (unreachable)
    (drop (i32.div_u (i32.const 9) (i32.const 3)))
    (loop (br 0))))
