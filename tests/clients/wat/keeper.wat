;; Keeps a number in its code: the constructor makes its argument immutable, and any call returns it.
(module
  (import "zx" "calldata_copy" (func $calldata_copy (param $dst i32) (param $offset i32) (param $len i32)))
  (import "zx" "output" (func $output (param $data i32) (param $len i32)))
  (import "zx" "immutable_read" (func $immutable_read (param $dst i32) (param $offset i32) (param $len i32)))
  (import "zx" "immutable_write" (func $immutable_write (param $offset i32) (param $data i32) (param $len i32)))

  (memory (export "memory") 1)

  (func (export "deploy") (result i32)
    (call $calldata_copy (i32.const 0) (i32.const 0) (i32.const 32))
    (call $immutable_write (i32.const 0) (i32.const 0) (i32.const 32))
    (i32.const 0))

  (func (export "call") (result i32)
    (call $immutable_read (i32.const 0) (i32.const 0) (i32.const 32))
    (call $output (i32.const 0) (i32.const 32))
    (i32.const 0))

  (@custom "zx_signatures" "constructor(uint256 number)\nfunction number() external view returns (uint256)\n")
  (@custom "zx_fields" "struct Keeper{number@=0 uint256;}\n"))
