;; The last byte of a segment is the last byte of memory.
;; outcome: Success
;; gas: 302
;; output: 616263
(module
  (import "zx" "output" (func $output (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 65533) "abc")
  (func (export "call") (result i32)
    (call $output (i32.const 65533) (i32.const 3))
    (i32.const 0)))
