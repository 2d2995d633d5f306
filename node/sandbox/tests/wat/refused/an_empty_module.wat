;; A module of nothing.
;; refused: export `memory` is missing
(module)
