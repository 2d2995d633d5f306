//! What every room of the node speaks of: the [chain spec](spec), [blocks](block) and [state](state).
//!
//! At its edge the node speaks Ethereum, so transactions, headers and receipts are alloy's consensus types, with their
//! RLP and their hashes. What is ours is small: what a chain is configured to be, how a block is put together from
//! them, and the change to the state that a block makes.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod block;
pub mod impersonation;
pub mod spec;
pub mod state;

pub use block::{Block, DecodeError, Receipt, RecoveredTx, Tx};
pub use spec::ChainSpec;
pub use state::{AccountChange, AccountInfo, Overwritten, SlotChange, StateChanges, StateError, StateReader};
