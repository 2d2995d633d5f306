//! Transactions that wait for a block.
//!
//! [`Pool::add`] admits by geth's rules and in geth's words; what it needs to know of the state comes with the call.
//! [`Pool::best`] hands out what can be in the next block, best tip first and each sender's in nonce order;
//! [`Pool::on_block`] forgets what has been included. The pool reads no state and keeps no time.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod admission;
mod pool;

pub use admission::{PoolError, Rules, SenderState};
pub use pool::{Pool, PoolStatus};
