//! Speaking to a node: JSON-RPC over HTTP, keys, and transactions.
//!
//! [`Node`] carries requests and turns every way in which one can fail into a [`Failure`](crate::failure::Failure);
//! [`chain`] asks for what verbs need in Rust's types; [`keys`] finds whom to sign as; [`transaction`] signs, sends and
//! waits.

pub mod chain;
mod client;
pub mod keys;
pub mod transaction;

pub(crate) use client::revert_data;
pub use client::{Node, NodeArgs};
