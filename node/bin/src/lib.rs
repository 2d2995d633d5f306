//! Flags, config, wiring and shutdown of the node.
