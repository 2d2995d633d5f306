//! JSON-RPC 2.0 over HTTP: decode, ask the chain, encode. There are no rules in here.
//!
//! [`serve`] answers `POST /` with [`jsonrpc`], which finds each method in the [`registry`] of what the files of
//! [`methods`] declare. Values take
//! their shapes from alloy's RPC types, so that Ethereum's clients read them as they are; error texts are geth's, which
//! clients match on.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod abi;
mod access_list;
mod account;
mod accounts;
mod admin;
mod blocks;
mod calls;
mod chain_info;
mod contracts;
mod convert;
mod decoded;
mod error;
mod fees;
mod fill;
mod filters;
mod http;
mod jsonrpc;
mod limits;
mod logs;
mod methods;
mod modules;
mod otterscan;
mod overrides;
mod proofs;
mod raw;
mod registry;
mod sandbox;
mod simulate;
mod state;
mod submit;
mod txpool;
mod wasm;

pub use http::{RpcConfig, serve};
pub use limits::CallLimits;
pub use registry::docs::docs;

use accounts::Signers;
use alloy_primitives::B256;
use filters::Filters;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zx_chain::{Cancel, Chain};

/// What methods work on.
#[derive(Clone, Debug)]
pub struct Api {
    chain: Arc<Chain>,
    version: Arc<str>,
    filters: Arc<Filters>,
    signers: Arc<Signers>,
    limits: CallLimits,
    /// Transactions that the request at hand has handed in.
    sent: Arc<Mutex<Vec<B256>>>,
}

impl Api {
    /// The methods of a chain; `version` is what `web3_clientVersion` says.
    pub fn new(chain: Arc<Chain>, version: String) -> Self {
        Self {
            chain,
            version: version.into(),
            filters: Arc::default(),
            signers: Arc::default(),
            limits: CallLimits::default(),
            sent: Arc::default(),
        }
    }

    /// The same, signing for the accounts of these keys: what everybody may sign with, who reaches the node.
    #[must_use]
    pub fn with_signers(self, secrets: impl IntoIterator<Item = B256>) -> Self {
        Self { signers: Arc::new(Signers::new(secrets)), ..self }
    }

    /// When a call is given up that begins now.
    fn cancel(&self) -> Cancel {
        match std::time::Instant::now().checked_add(self.limits.call_time) {
            Some(deadline) => Cancel::at(deadline),
            None => Cancel::default(),
        }
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
