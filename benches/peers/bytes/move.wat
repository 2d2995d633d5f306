;; The logic of both byte contracts, between what each machine offers: $read gives the place of the 32-byte value at a
;; key, $write puts one there. Two reads, two writes.
;;
;; The message: key of the payer (32 bytes), key of the payee (32 bytes), amount (u64, little endian).
;; A value: balance (u64, little endian), then zeros.
(func $move (param $message i32)
  (local $amount i64)
  (local $value i32)
  (local.set $amount (i64.load offset=64 (local.get $message)))

  (local.set $value (call $read (local.get $message)))
  (if (i64.lt_u (i64.load (local.get $value)) (local.get $amount)) (then unreachable))
  (i64.store (local.get $value) (i64.sub (i64.load (local.get $value)) (local.get $amount)))
  (call $write (local.get $message) (local.get $value))

  (local.set $message (i32.add (local.get $message) (i32.const 32)))
  (local.set $value (call $read (local.get $message)))
  (i64.store (local.get $value) (i64.add (i64.load (local.get $value)) (local.get $amount)))
  (call $write (local.get $message) (local.get $value)))
