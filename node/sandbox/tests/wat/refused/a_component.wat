;; A component, which is another format.
;; refused: not a valid module for this chain
(component)
