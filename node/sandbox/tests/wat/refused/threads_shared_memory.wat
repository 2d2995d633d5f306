;; A memory for several threads.
;; refused: threads must be enabled for shared memories
(module
  (memory (export "memory") 1 2 shared)
  (func (export "call") (result i32) (i32.const 0)))
