//! RocksDB, and the only crate that knows of it.
//!
//! A store holds the state of one final block, the *base*, as rows and trie nodes; all final blocks; and the blocks
//! above the base, *pending*, each with what is needed to have its state in memory again. [`Store::commit`] writes a
//! block and makes older ones part of the base, in one synced batch: after a crash either all of it is there, or
//! nothing. [`Store::view`] reads from a snapshot, so that a reader never sees half a commit; it is the base's state
//! to execute on ([`StateReader`]), and its tries ([`Reader`], [`Rows`]).
//!
//! What a final block overwrote is kept as its history, so that the state after any block above
//! [`View::history_from`] can be read ([`View::account_at`], [`View::slot_at`]).
//!
//! [`TABLES`] declares every table once. [`Store::verify`] checks all of them, [`Store::prune`] forgets history,
//! [`migrate`] brings an older store here.
//!
//! [`StateReader`]: zx_primitives::StateReader
//! [`Reader`]: zx_state::Reader
//! [`Rows`]: zx_state::Rows
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod cache;
mod commit;
mod config;
mod error;
mod file;
mod fold;
mod framing;
mod logs;
mod migrate;
mod note;
mod open;
mod past;
pub mod snapshot;
mod state;
mod store;
mod tables;
mod upkeep;
mod verify;
mod view;

pub use commit::{Appended, Commit, Folded, Pending};
pub use config::{History, Stage, Stages, StoreConfig};
pub use error::StoreError;
pub use file::{Chunk, Contents, FileError, FileReader, FileWriter, Resumed};
pub use logs::{LogBlocks, LogQuery};
pub use migrate::{MigrationReport, migrate};
pub use store::Store;
pub use tables::{SCHEMA_VERSION, TABLES, Table};
pub use upkeep::{Progress, TableStats};
pub use verify::Verified;
pub use view::{Changed, TxPlace, View};
