;; The host function that leads back in is called through the table.
;; outcome: Success
;; gas: 6060
;; frames: 20
(module
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (type $out (func (param i64 i32 i32 i32 i32) (result i32)))
  (table 1 funcref)
  (elem (i32.const 0) $call)
  (func (export "call") (result i32)
    (drop (call_indirect (type $out) (i64.const -1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
    (i32.const 0)))
