//! RocksDB, and the only crate that knows of it.
//!
//! [`tables`] declares every table once. [`Store::commit`] writes a block with its state, receipts and indices in one
//! synced batch, head last in it: after a crash either all of a block is there, or nothing of it. [`Store::view`] reads
//! from a snapshot, so that a reader never sees half a block; it is the state to execute on ([`StateReader`]) and the
//! rows to make a root of ([`TrieSource`]).
//!
//! [`StateReader`]: zx_primitives::StateReader
//! [`TrieSource`]: zx_state::TrieSource
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod store;
mod tables;
mod view;

pub use store::{Commit, Store, StoreError};
pub use tables::{SCHEMA_VERSION, TABLES, Table};
pub use view::{TxPlace, View};
