;; Traps when it is called: first byte of the calldata 0 for `unreachable`, 1 for a load past the end of memory, 2 for
;; a division by zero, 3 for a loop without end (out of gas), 4 for endless recursion.
(module
  (import "zx" "calldata_copy" (func $calldata_copy (param $dst i32) (param $offset i32) (param $len i32)))
  (memory (export "memory") 1)
  (func $recurse (param $n i32) (result i32)
    (i32.add (call $recurse (i32.add (local.get $n) (i32.const 1))) (i32.const 1)))
  (func (export "call") (result i32)
    (call $calldata_copy (i32.const 0) (i32.const 0) (i32.const 1))
    (block $recursion (block $loop (block $divide (block $load (block $unreachable
      (br_table $unreachable $load $divide $loop $recursion (i32.load8_u (i32.const 0))))
      (unreachable))
      (return (i32.load (i32.const 65533))))
      (return (i32.div_u (i32.const 1) (i32.load (i32.const 4)))))
      (loop $forever (br $forever)))
    (call $recurse (i32.const 0))))
