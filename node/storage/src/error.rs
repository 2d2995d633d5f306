//! What can go wrong.

use crate::{note, tables::SCHEMA_VERSION};
use alloy_primitives::B256;
use std::path::PathBuf;
use zx_primitives::{StateError, block::DecodeError};

/// The store fails, or is not one that this program can use.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// RocksDB says no.
    #[error("the database at {} fails: {source}", path.display())]
    Database {
        /// Its folder.
        path: PathBuf,
        /// What RocksDB says.
        source: rocksdb::Error,
    },
    /// Another process has it open.
    #[error("the database at {} is in use by another process; stop that node, or choose another --datadir", .0.display())]
    Locked(PathBuf),
    /// Written by a newer program.
    #[error("the database at {} has schema {found}, this program knows up to {SCHEMA_VERSION}; use a newer zx-node", path.display())]
    Newer {
        /// Its folder.
        path: PathBuf,
        /// Its schema.
        found: u32,
    },
    /// Written by an older program.
    #[error(
        "the database at {} has schema {found}, this program works with {SCHEMA_VERSION}; \
         make a copy of it, then run `zx-node db migrate`",
        path.display()
    )]
    Older {
        /// Its folder.
        path: PathBuf,
        /// Its schema.
        found: u32,
    },
    /// A database, but none of a node.
    #[error("the database at {} is none of zx-node; choose another --datadir", .0.display())]
    Foreign(PathBuf),
    /// Being made of a snapshot, and not finished.
    #[error(
        "the database at {} is not finished: restoring a snapshot into it was interrupted; \
         run `zx-node snapshot restore` again, or remove it",
        .0.display()
    )]
    Unfinished(PathBuf),
    /// Holds another chain.
    #[error("the database at {} holds another chain (genesis {found}, expected {expected}); choose another --datadir", path.display())]
    OtherChain {
        /// Its folder.
        path: PathBuf,
        /// Genesis hash in the store.
        found: B256,
        /// Genesis hash of the chain spec.
        expected: B256,
    },
    /// What is stored does not read back.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// What is stored contradicts itself.
    #[error("the database at {} is damaged: {what}; restore it from a backup, or start with an empty --datadir", path.display())]
    Damaged {
        /// Its folder.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Blocks that were said to be safe are not there.
    #[error(
        "the database at {} has lost blocks: block {acknowledged} ({acknowledged_hash}) was written, and the store ends \
         {}; restore it from a backup; to go on without them remove {}",
        path.display(), ends_at(*head), note::place(path).display()
    )]
    Lost {
        /// Its folder.
        path: PathBuf,
        /// Height of the last head that was acknowledged.
        acknowledged: u64,
        /// Its hash.
        acknowledged_hash: B256,
        /// Height and hash of the head that the store has, if it has one.
        head: Option<(u64, B256)>,
    },
    /// The state of a block is asked for that is not kept.
    #[error(
        "the state of block {number} is not kept: history begins at block {from}; \
         ask a node that keeps all of it, or start one with --archive"
    )]
    NotKept {
        /// Height asked for.
        number: u64,
        /// The lowest height whose state is kept.
        from: u64,
    },
    /// The history of a block is asked for that is not final.
    #[error("block {number} is not final: the last final block is {base}")]
    NotFinal {
        /// Height asked for.
        number: u64,
        /// Height of the base.
        base: u64,
    },
    /// A commit that does not follow from what the store holds: the caller's fault.
    #[error("the commit does not fit the store: {0}")]
    Misfit(String),
    /// A trie cannot be made from the rows.
    #[error(transparent)]
    State(#[from] StateError),
}

fn ends_at(head: Option<(u64, B256)>) -> String {
    head.map_or_else(|| "before its first block".into(), |(number, hash)| format!("with block {number} ({hash})"))
}

impl From<StoreError> for StateError {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::State(e) => e,
            e => Self(e.to_string()),
        }
    }
}
