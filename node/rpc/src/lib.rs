//! JSON-RPC 2.0 over HTTP: decode, ask the chain, encode. There are no rules in here.
//!
//! [`serve`] answers `POST /` with [`jsonrpc`], which finds each method in the one table of [`methods`]. Values take
//! their shapes from alloy's RPC types, so that Ethereum's clients read them as they are; error texts are geth's, which
//! clients match on.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod blocks;
mod calls;
mod convert;
mod error;
mod fees;
mod http;
mod jsonrpc;
mod logs;
mod methods;
mod state;

pub use http::{RpcConfig, serve};

use std::sync::Arc;
use zx_chain::Chain;

/// What methods work on.
#[derive(Clone, Debug)]
pub struct Api {
    /// The chain.
    pub chain: Arc<Chain>,
    /// What `web3_clientVersion` says.
    pub version: Arc<str>,
}
