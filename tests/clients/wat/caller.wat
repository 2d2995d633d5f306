;; Calls whatever its calldata says, and answers as the callee does.
;;
;; calldata: one byte that says how (0 call, 1 static call, 2 delegate call), 20 bytes of address, then the calldata
;; for the callee. A plain call passes on the value that came along. Returns what the callee returned; reverts with it
;; if the callee reverted, and with nothing if the callee failed in another way.
(module
  (import "zx" "calldata_size" (func $calldata_size (result i32)))
  (import "zx" "calldata_copy" (func $calldata_copy (param $dst i32) (param $offset i32) (param $len i32)))
  (import "zx" "output" (func $output (param $data i32) (param $len i32)))
  (import "zx" "value" (func $value (param $dst i32)))
  (import "zx" "gas_left" (func $gas_left (result i64)))
  (import "zx" "call"
    (func $call (param $gas i64) (param $to i32) (param $value i32) (param $data i32) (param $len i32) (result i32)))
  (import "zx" "static_call"
    (func $static_call (param $gas i64) (param $to i32) (param $data i32) (param $len i32) (result i32)))
  (import "zx" "delegate_call"
    (func $delegate_call (param $gas i64) (param $to i32) (param $data i32) (param $len i32) (result i32)))
  (import "zx" "return_data_size" (func $return_data_size (result i32)))
  (import "zx" "return_data_copy" (func $return_data_copy (param $dst i32) (param $offset i32) (param $len i32)))

  ;; 0: the value, a word. 32: the calldata, so that the address is at 33 and the callee's calldata at 53. Afterwards
  ;; the callee's answer is written from 0. What does not fit into the page traps.
  (memory (export "memory") 1)

  (func $forward (param $len i32) (result i32)
    (if (i32.eq (i32.load8_u (i32.const 32)) (i32.const 1))
      (then (return
        (call $static_call (call $gas_left) (i32.const 33) (i32.const 53) (local.get $len)))))
    (if (i32.eq (i32.load8_u (i32.const 32)) (i32.const 2))
      (then (return
        (call $delegate_call (call $gas_left) (i32.const 33) (i32.const 53) (local.get $len)))))
    (call $value (i32.const 0))
    (call $call (call $gas_left) (i32.const 33) (i32.const 0) (i32.const 53) (local.get $len)))

  (func (export "call") (result i32)
    (local $size i32)
    (local $status i32)
    (local.set $size (call $calldata_size))
    (if (i32.lt_u (local.get $size) (i32.const 21)) (then (return (i32.const 1))))
    (call $calldata_copy (i32.const 32) (i32.const 0) (local.get $size))
    (local.set $status (call $forward (i32.sub (local.get $size) (i32.const 21))))
    (local.set $size (call $return_data_size))
    (call $return_data_copy (i32.const 0) (i32.const 0) (local.get $size))
    (call $output (i32.const 0) (local.get $size))
    (i32.ne (local.get $status) (i32.const 0))))
