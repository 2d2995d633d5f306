;; 32 bytes at 2^32 - 16: half of them would wrap to the beginning.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "self_balance" (func $self_balance (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $self_balance (i32.const -16))
    (i32.const 0)))
