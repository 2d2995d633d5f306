//! JSON-RPC 2.0 over HTTP and WebSocket: decode, ask the chain, encode. There are no rules in here.
//!
//! [`serve`] opens the ports. A connection is counted, perhaps speaks TLS, and its requests pass the doorway (host,
//! origin, token), are read within bounds, and are worked on in one of two lanes. [`jsonrpc`] takes a body apart; each
//! call passes [`server`]'s caller (rate, namespace, metrics) and is found in the one table of [`methods`], or is a
//! matter of [`subscriptions`]. Values take their shapes from alloy's RPC types, so that Ethereum's clients read them
//! as they are; error texts are geth's, which clients match on.
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

mod blocks;
mod calls;
mod convert;
mod error;
mod fees;
mod filters;
mod jsonrpc;
mod logs;
mod methods;
mod proofs;
mod server;
mod state;
mod subscriptions;

pub use server::{
    CallLimits, Endpoint, Hosts, JwtSecret, MethodRate, Namespaces, NodeStatus, Origins, Rate, ReadyLimits, RpcConfig,
    SecretError, SocketLimits, Syncing, TlsError, serve, tls,
};

use alloy_primitives::B256;
use filters::Filters;
use server::Caller;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zx_chain::Chain;

/// What methods work on.
#[derive(Clone, Debug)]
pub struct Api {
    chain: Arc<Chain>,
    version: Arc<str>,
    filters: Arc<Filters>,
    limits: CallLimits,
    /// Who asks.
    caller: Arc<Caller>,
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
            limits: CallLimits::default(),
            caller: Arc::default(),
            sent: Arc::default(),
        }
    }

    /// The same, within other bounds.
    fn within(self, limits: CallLimits) -> Self {
        Self { limits, ..self }
    }

    /// The same, for another request.
    fn for_request(&self, caller: Arc<Caller>) -> Self {
        Self { sent: Arc::default(), caller, ..self.clone() }
    }

    fn sent(&self) -> MutexGuard<'_, Vec<B256>> {
        // A list of hashes is whole wherever a panic strikes.
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
