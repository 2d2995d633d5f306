//! The metered wasmer sandbox with its ahead-of-time cache.
