;; Reads 4 MiB in steps of 4 KiB and a bit, for ever: each read is as slow as a read can be.
;; outcome: OutOfGas
;; gas: all
(module
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (local i32)
    (drop (memory.grow (i32.const 63)))
    (loop
      (local.set 0 (i32.and (i32.add (local.get 0) (i32.const 4164)) (i32.const 0x3fffff)))
      (drop (i32.load8_u (local.get 0)))
      (br 0))
    (i32.const 0)))
