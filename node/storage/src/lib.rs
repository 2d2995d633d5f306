//! RocksDB tables and atomic commits.
