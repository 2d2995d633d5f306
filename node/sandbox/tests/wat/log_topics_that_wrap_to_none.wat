;; 2^27 topics take 2^32 bytes, which are 0 in 32 bits.
;; outcome: Trap(TooManyTopics)
;; gas: all
(module
  (import "zx" "log" (func $log (param i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $log (i32.const 0) (i32.const 0x8000000) (i32.const 0) (i32.const 0))
    (i32.const 0)))
