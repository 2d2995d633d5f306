;; The cheapest host functions in turn, without end: each crossing must cost what it takes.
;; outcome: OutOfGas
;; gas: all
(module
  (import "zx" "block_number" (func $block_number (result i64)))
  (import "zx" "block_timestamp" (func $block_timestamp (result i64)))
  (import "zx" "chain_id" (func $chain_id (result i64)))
  (import "zx" "block_gas_limit" (func $block_gas_limit (result i64)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (loop
      (drop (call $block_number))
      (drop (call $block_timestamp))
      (drop (call $chain_id))
      (drop (call $block_gas_limit))
      (br 0))
    (i32.const 0)))
