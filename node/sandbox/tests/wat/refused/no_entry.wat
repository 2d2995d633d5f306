;; A constructor, and nothing that could be called.
;; refused: export `call` is missing (is there a `#[zx::public]` block?)
(module
  (memory (export "memory") 1)
  (func (export "deploy") (result i32) (i32.const 0)))
