;; The last byte of the word has no place.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "transaction_hash" (func $transaction_hash (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $transaction_hash (i32.const 65505))
    (i32.const 0)))
