;; Grows to the limit and writes the first byte behind it.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (memory.grow (i32.const 63)))
    (i32.store8 (i32.const 4194303) (i32.const 1))
    (i32.store8 (i32.const 4194304) (i32.const 1))
    (i32.const 0)))
