//! The state: Ethereum's secure Merkle Patricia Trie over accounts and their storage (Yellow Paper, appendix D).
//!
//! A [`State`] is the state after one block. [`State::apply`] takes a block's changes and gives the state after it, and
//! the [`StateUpdate`]: which rows the store has to write for it, values and trie nodes. It touches what changed and the
//! way up from there, reads through a [`Reader`] what is not in memory, and writes nothing.
//!
//! States share what they have in common and are never changed, so a chain keeps those of its last blocks, and of
//! branches besides, for little more than what each block changes; going back to one costs nothing. What the store has
//! meanwhile is let go by [`State::trim`].
//!
//! [`State::prove`] makes EIP-1186 proofs, [`prove_item`] those of transactions and receipts. [`root_of`] and
//! [`rebuild`] work from every row: they check, and make anew, what is kept.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod draft;
mod full;
mod keccak;
mod node;
mod ordered;
mod state;
mod trie;
mod update;
mod walk;

pub use alloy_trie::{Nibbles, TrieAccount};
pub use full::{NodeSink, Rows, rebuild, root_of};
pub use ordered::prove_item;
pub use state::{Node, Nothing, Reader, State, StateUpdate, StorageUpdate};
pub use walk::Lookup;

#[cfg(test)]
mod tests;
