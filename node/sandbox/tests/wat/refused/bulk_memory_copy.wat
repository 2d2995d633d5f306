;; One instruction that moves 4 GiB.
;; refused: bulk memory support is not enabled
(module
  (memory (export "memory") 1)
  (func (memory.copy (i32.const 0) (i32.const 1) (i32.const -1)))
  (func (export "call") (result i32) (i32.const 0)))
