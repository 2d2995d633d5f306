;; The last byte of the word has no place.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "prev_randao" (func $prev_randao (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $prev_randao (i32.const 65505))
    (i32.const 0)))
