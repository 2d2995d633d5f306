;; Steps through memory by 4 KiB until it falls off the end.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (local i32)
    (loop
      (i32.store8 (local.get 0) (i32.const 1))
      (local.set 0 (i32.add (local.get 0) (i32.const 4096)))
      (br 0))
    (i32.const 0)))
