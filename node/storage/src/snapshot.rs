//! Snapshots: a file that a node starts from.
//!
//! It has the first block, the last final blocks, the state of the newest of them and the pending blocks above it, but
//! nothing that can be made from these: no trie nodes, no indices, no history. [`create`] writes one and reads it back;
//! [`verify`] reads one and believes nothing: every root is worked out again, every sender recovered. [`restore`] does
//! the same, and makes a store of it.
//!
//! What a snapshot cannot prove is that its last block is of the chain that everybody else is on: its hash has to be
//! held against one from elsewhere.

mod create;
mod read;
mod restore;
mod state;

pub use create::create;
pub(crate) use restore::RESTORING;
pub use restore::restore;

use crate::{
    file::{Contents, FileError, FileReader},
    store::StoreError,
    tables,
    upkeep::Progress,
    view::View,
};
use alloy_primitives::B256;
use borsh::{BorshDeserialize, BorshSerialize};
use std::path::{Path, PathBuf};
use zx_primitives::StateError;

/// Final blocks of a snapshot: those that BLOCKHASH reaches.
pub const SNAPSHOT_BLOCKS: u64 = 256;

/// Kinds of chunks, in their order.
mod kind {
    /// Borsh of a header.
    pub(super) const HEADER: u8 = 0;
    /// Each Borsh of a block as in `blocks` and its receipts as in `receipts`.
    pub(super) const BLOCKS: u8 = 1;
    /// Each Borsh of a code.
    pub(super) const CODES: u8 = 2;
    /// Each Borsh of a row of the state: an account, or a slot of the account before it.
    pub(super) const STATE: u8 = 3;
    /// Each Borsh of a key and a value of `pending`.
    pub(super) const PENDING: u8 = 4;
    /// Borsh of the counts.
    pub(super) const COUNTS: u8 = 5;
}

/// What a snapshot is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SnapshotHeader {
    /// EIP-155 chain id.
    pub chain_id: u64,
    /// Hash of the first block.
    pub genesis: B256,
    /// Height of the block whose state it has.
    pub base: u64,
    /// Its hash.
    pub base_hash: B256,
    /// Root of its state.
    pub state_root: B256,
    /// Height of the last block.
    pub head: u64,
    /// Its hash.
    pub head_hash: B256,
}

/// How much a snapshot has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SnapshotCounts {
    /// Final blocks, the first one with them.
    pub blocks: u64,
    /// Their transactions.
    pub transactions: u64,
    /// Codes.
    pub codes: u64,
    /// Accounts.
    pub accounts: u64,
    /// Slots.
    pub slots: u64,
    /// Pending blocks.
    pub pending: u64,
}

/// A row of the state, as the tables have it.
#[derive(BorshSerialize, BorshDeserialize)]
enum StateRow {
    /// Keccak-256 of the address, and the row.
    Account(B256, Vec<u8>),
    /// Keccak-256 of the slot, and the row.
    Slot(B256, Vec<u8>),
}

/// What was read, or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotReport {
    /// What it is of.
    pub header: SnapshotHeader,
    /// How much it has.
    pub counts: SnapshotCounts,
    /// Bytes of the file.
    pub bytes: u64,
    /// Chunks of the file, without its end.
    pub chunks: u64,
}

/// A snapshot cannot be made, or cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The trie cannot be made of the rows.
    #[error(transparent)]
    State(#[from] StateError),
    /// There is nothing to make a snapshot of.
    #[error("the database at {} has no first block yet: start a node on it once", .0.display())]
    Empty(PathBuf),
    /// Somebody has been here.
    #[error("{} is not empty: a snapshot is restored into a folder of its own; choose another --datadir", .0.display())]
    NotEmpty(PathBuf),
    /// The folder cannot be made or looked into.
    #[error("cannot use the data directory {}: {source}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A snapshot of another chain.
    #[error(
        "{} is of chain {} with genesis {}, expected chain {chain_id} with genesis {genesis}; \
         use a snapshot of this chain",
        path.display(), found.chain_id, found.genesis
    )]
    OtherChain {
        /// The file.
        path: PathBuf,
        /// What it is of.
        found: Box<SnapshotHeader>,
        /// Chain id expected.
        chain_id: u64,
        /// Genesis expected.
        genesis: B256,
    },
}

/// Reads a snapshot to its end, and checks everything in it.
///
/// # Errors
/// What is wrong with it, and where.
pub fn verify(path: &Path, progress: &mut dyn FnMut(Progress)) -> Result<SnapshotReport, SnapshotError> {
    let mut file = FileReader::open(path, Contents::Snapshot)?;
    let mut reading = read::Reading::new(read::header(&mut file)?);
    reading.all(&mut file, &mut read::Nowhere, progress)
}

/// What a snapshot says that it is of. Only its first chunk is looked at.
///
/// # Errors
/// If that cannot be read.
pub fn peek(path: &Path) -> Result<SnapshotHeader, SnapshotError> {
    Ok(read::header(&mut FileReader::open(path, Contents::Snapshot)?)?)
}

impl View<'_> {
    /// The lowest block from which on all are here; the first one is always. Above 0 in a store that was made of a
    /// snapshot.
    ///
    /// # Errors
    /// If the store fails.
    pub fn blocks_from(&self) -> Result<u64, StoreError> {
        let Some(from) = self.get(tables::META, BLOCKS_FROM)? else { return Ok(0) };
        let from = from.try_into().map(u64::from_be_bytes);
        from.map_err(|_| self.store.damaged("what it says of its blocks_from is not a u64"))
    }
}

/// Name in `meta` of the lowest block from which on all are here.
const BLOCKS_FROM: &[u8] = b"blocks_from";
