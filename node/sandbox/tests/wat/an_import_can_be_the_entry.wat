;; `call` is the host function itself: its result, the length of the calldata, is the status; no code of the module runs.
;; outcome: Revert
;; gas: 301
;; input: 00
(module
  (import "zx" "calldata_size" (func $size (result i32)))
  (memory (export "memory") 1)
  (export "call" (func $size)))
