//! What can go wrong with a chain.

use alloy_primitives::B256;
use std::path::PathBuf;
use zx_executor::TxError;
use zx_primitives::StateError;
use zx_sandbox::CacheError;
use zx_storage::StoreError;

/// The chain cannot be opened, or a block cannot be written: ours, and fatal.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The module cache cannot be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// State cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The executor fails.
    #[error("cannot execute a block: {0}")]
    Execution(#[from] TxError),
    /// The datadir cannot be made.
    #[error("cannot use the data directory {}: {source}", path.display())]
    Datadir {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The state that is stored is not the one that its block names.
    #[error(
        "the database is damaged: at block {number} {reason}; `zx-node db verify` tells what is wrong, \
         `zx-node snapshot restore` starts again from a snapshot"
    )]
    Damaged {
        /// Height of the block.
        number: u64,
        /// What does not fit.
        reason: String,
    },
    /// The writer's thread panicked.
    #[error("the writer panicked; its message is in the log")]
    WriterPanicked,
    /// A block on one that is not here, or that is too old.
    #[error("block {number} cannot be taken: its parent {parent} {reason}")]
    Unattached {
        /// Its height.
        number: u64,
        /// Its parent.
        parent: B256,
        /// Why.
        reason: String,
    },
    /// A head that there is not.
    #[error("block {0} cannot become the head: it is not among the blocks that are kept in memory")]
    UnknownHead(B256),
    /// A head that leaves a final block out.
    #[error("block {hash} cannot become the head: block {number}, which is final, is not in its chain")]
    UndoesFinal {
        /// The head that was asked for.
        hash: B256,
        /// The last final block.
        number: u64,
    },
    /// A block that is not what its transactions make it.
    #[error("block {number} is invalid: {reason}")]
    InvalidBlock {
        /// Its height.
        number: u64,
        /// What differs.
        reason: String,
    },
}
