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
mod filters;
mod http;
mod jsonrpc;
mod logs;
mod methods;
mod proofs;
mod state;

pub use http::{RpcConfig, serve};

use alloy_primitives::B256;
use filters::Filters;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zx_chain::Chain;

/// What methods work on.
#[derive(Clone, Debug)]
pub struct Api {
    chain: Arc<Chain>,
    version: Arc<str>,
    filters: Arc<Filters>,
    /// Transactions that the request at hand has handed in.
    sent: Arc<Mutex<Vec<B256>>>,
}

impl Api {
    /// The methods of a chain; `version` is what `web3_clientVersion` says.
    pub fn new(chain: Arc<Chain>, version: String) -> Self {
        Self { chain, version: version.into(), filters: Arc::default(), sent: Arc::default() }
    }

    /// The same, for another request.
    fn for_request(&self) -> Self {
        Self { sent: Arc::default(), ..self.clone() }
    }

    fn sent(&self) -> MutexGuard<'_, Vec<B256>> {
        // A list of hashes is whole wherever a panic strikes.
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
