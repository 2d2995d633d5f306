//! The chain: the only writer.
//!
//! [`Chain::submit`] admits a transaction to the pool; [`Chain::produce`] makes the next block of what waits there;
//! [`Chain::import`] takes one that was made elsewhere. Both call the executor's `execute_block`, and both end in
//! [`seal`]: roots, header, one synced batch, then the new head is published. [`writer`] is the thread that decides
//! when to produce.
//!
//! Blocks that are not final yet, and the last of those that are, stand in a [`tree`] in memory over the store's base,
//! each with its state: any of them can be read and built upon, and a reorganisation is another head. What leaves the
//! window is folded into the base. Each block is in the store, synced, before anybody sees it.
//!
//! [`transfer`] writes blocks to a file, and takes them from one.
//!
//! Reads go through [`Chain::view`], the chain at one moment; [`state`] reads any block's state that is kept.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod chain;
mod config;
pub mod dev;
mod error;
mod feed;
mod fork;
mod read;
mod revalidate;
mod seal;
mod start;
mod state;
mod submit;
mod trace;
mod transfer;
mod tree;
mod waiting;
pub mod writer;

pub use chain::Chain;
pub use config::{ChainConfig, Finality, WINDOW};
pub use error::ChainError;
pub use feed::{Executed, HeadChange};
pub use fork::{Fork, Remote, RemoteError};
pub use read::{AccountProof, DraftTrie, Found, HeadView, LostBlock, ProofError};
pub use start::genesis;
pub use state::StateAt;
pub use submit::SubmitError;
pub use transfer::{Exported, Imported, TransferError};
pub use writer::{Pace, Writer};
// What a reader asks for comes from rooms below; it is handed on so that `rpc` need not know them.
pub use zx_executor::{
    AccessListed, BlockOptions, CallEnv, Cancel, CodeRefusal, DeployRefusal, EstimateError, InvalidTransaction,
    Overlay, Simulated, SimulatedBlock, StructOptions, Trace, TraceError, Traced, Tracer, TxError, Wanted,
};
pub use zx_host_functions::{ABI_SECTION, BUILD_SECTION, LAYOUT_SECTION, deploy, metadata};
pub use zx_pool::{AccountContent, PoolConfig, PoolError, PoolStatus};
pub use zx_sandbox::{CacheFigures, CacheStats};
pub use zx_state::TrieAccount;
pub use zx_storage::{Changed, History, LogBlocks, LogQuery, StoreConfig, StoreError, TxPlace};
