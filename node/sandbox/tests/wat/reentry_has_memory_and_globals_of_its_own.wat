;; The inner frame finds memory and globals as the module says, and leaves the outer ones alone.
;; outcome: Success
;; gas: 5614
;; frames: 2
(module
  (import "zx" "calldata_size" (func $calldata_size (result i32)))
  (import "zx" "call" (func $call (param i64 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $g (mut i32) (i32.const 5))
  (data (i32.const 0) "d")
  (func (export "call") (result i32)
    (if (i32.ne (global.get $g) (i32.const 5)) (then (unreachable)))
    (if (i32.ne (i32.load8_u (i32.const 0)) (i32.const 0x64)) (then (unreachable)))
    (if (i32.ne (memory.size) (i32.const 1)) (then (unreachable)))
    (global.set $g (i32.add (i32.const 10) (call $calldata_size)))
    (i32.store8 (i32.const 0) (i32.add (i32.const 10) (call $calldata_size)))
    (drop (memory.grow (i32.const 1)))
    (if (i32.eqz (call $calldata_size))
      (then
        (if (call $call (i64.const -1) (i32.const 64) (i32.const 64) (i32.const 64) (i32.const 1)) (then (unreachable)))
        (if (i32.ne (global.get $g) (i32.const 10)) (then (unreachable)))
        (if (i32.ne (i32.load8_u (i32.const 0)) (i32.const 10)) (then (unreachable)))))
    (i32.const 0)))
