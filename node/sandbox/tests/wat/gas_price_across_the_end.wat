;; The last byte of the word has no place.
;; outcome: Trap(MemoryOutOfBounds)
;; gas: all
(module
  (import "zx" "gas_price" (func $gas_price (param i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $gas_price (i32.const 65505))
    (i32.const 0)))
