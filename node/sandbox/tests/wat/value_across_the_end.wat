;; The word is to be written where its last byte is outside.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "value" (func $value (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $value (i32.const 65505))
    (i32.const 0)))
