;; Valid, but cannot be deployed: the constructor writes a slot and then reverts with Error("not today").
(module
  (import "zx" "revert" (func $revert (param $data i32) (param $len i32)))
  (import "zx" "storage_write" (func $storage_write (param $key i32) (param $value i32)))
  (memory (export "memory") 1)
  ;; Error(string): selector, offset 32, length 9, text.
  (data (i32.const 0) "\08\c3\79\a0")
  (data (i32.const 35) "\20")
  (data (i32.const 67) "\09")
  (data (i32.const 68) "not today")
  (func (export "deploy") (result i32)
    (call $storage_write (i32.const 0) (i32.const 0))
    (call $revert (i32.const 0) (i32.const 100))
    (i32.const 0))
  (func (export "call") (result i32) (i32.const 0)))
