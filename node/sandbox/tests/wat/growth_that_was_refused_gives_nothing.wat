;; Asks for too much, is refused, and writes as if it were not.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (drop (memory.grow (i32.const 64)))
    (i32.store8 (i32.const 65536) (i32.const 1))
    (i32.const 0)))
