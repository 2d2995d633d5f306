//! Transactions that wait for a block.
//!
//! A transaction comes in as bytes that have been decoded. [`Screened`] is one that has passed every check that needs
//! neither its sender nor the state; [`Screened::recover`] is the expensive step, and needs no pool, so that many can be
//! recovered at once. [`Pool::add`] then admits it by geth's rules and in geth's words: what it must know of the state
//! comes with the call.
//!
//! Each sender's transactions are either *pending*, which is the longest row of them from its next nonce that has no
//! gap and that its balance pays for, or *queued* behind that. [`Pool::take`] hands out pending ones for a block, best
//! effective tip first, then first come, a sender's in the order of their nonces. [`Pool::on_head`] tells of a block or
//! of a reorganisation: nonces and balances, and the base fee of the next block.
//!
//! When the pool is full, [`evict`] lets go of what pays least. Nothing here looks at more than it touches: each act
//! costs the logarithm of what waits, but for rows that become pending or queued, transaction by transaction.
//!
//! What stays queued for too long goes ([`Pool::set_time`]). The pool reads no state and has no clock. [`Journal`] is a
//! file that keeps what waits across restarts.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod account;
mod admission;
mod best;
mod bids;
mod config;
mod content;
mod error;
mod evict;
mod index;
mod journal;
mod pool;
mod screen;

pub use admission::{Origin, SenderState};
pub use best::Best;
pub use config::{PoolConfig, Rules};
pub use content::{AccountContent, PoolStatus};
pub use error::{PoolError, Shortfall};
pub use journal::{Journal, Journaled};
pub use pool::Pool;
pub use screen::{Incoming, MAX_TX_BYTES, Screened, Signed};
