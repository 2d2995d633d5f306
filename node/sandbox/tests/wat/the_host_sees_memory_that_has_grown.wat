;; The host writes to and reads from a page that came after its last call.
;; outcome: Success
;; gas: 2804
;; input: abcd
;; output: abcd
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (import "zx" "calldata_copy" (func $calldata_copy (param i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "call") (result i32)
    (call $output (i32.const 0) (i32.const 1))
    (drop (memory.grow (i32.const 1)))
    (call $calldata_copy (i32.const 131070) (i32.const 0) (i32.const 2))
    (call $output (i32.const 131070) (i32.const 2))
    (i32.const 0)))
