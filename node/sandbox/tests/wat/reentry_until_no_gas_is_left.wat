;; Calls itself through the host until a frame has too little gas; those above still have their 64th.
;; outcome: Success
;; gas: 19392
;; frames: 64
;; gas-limit: 50000
(module
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (call $call (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
    (i32.const 0)))
