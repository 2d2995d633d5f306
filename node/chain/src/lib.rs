//! The chain: the only writer.
//!
//! [`Chain::submit`] admits a transaction to the pool; [`Chain::produce`] makes the next block of what waits there;
//! [`Chain::import`] takes one that was made elsewhere. Both call the executor's `execute_block`, and both end in
//! [`seal`]: roots, header, one synced batch, then the new head is published. [`writer`] is the thread that decides
//! when to produce.
//!
//! Reads go through [`Chain::view`], a snapshot with its head; [`history`] lets them see the states of the last blocks.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod chain;
mod history;
mod read;
mod seal;
mod submit;
pub mod writer;

pub use chain::{Chain, ChainConfig, ChainError};
pub use history::PastState;
pub use read::{Found, HeadView};
pub use submit::SubmitError;
pub use writer::{Pace, Writer};
// What a reader asks for comes from rooms below; it is handed on so that `rpc` need not know them.
pub use zx_executor::{CallEnv, DeployRefusal, EstimateError, InvalidTransaction, Simulated, TxError};
pub use zx_sandbox::{CacheFigures, CacheStats};
pub use zx_storage::{StoreError, TxPlace, View};
