;; A `name` section and another that hold no such thing: nobody reads them.
;; outcome: Success
;; gas: 301
(module
  (memory (export "memory") 1)
  (@custom "name" "\ff\ff\ff\ff\ff\01\80")
  (@custom "zx_fuel" (before first) "\00\01\02")
  (@custom "" (after last) "")
  (func (export "call") (result i32)
    (i32.const 0)))
