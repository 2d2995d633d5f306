//! JSON-RPC 2.0 over HTTP and WebSocket: decode, ask the chain, encode. There are no rules in here.
//!
//! [`serve`] opens the ports. A connection is counted, perhaps speaks TLS, and its requests pass the doorway (host,
//! origin, token), are read within bounds, and are worked on in one of two lanes. [`jsonrpc`] takes a body apart; each
//! call passes [`server`]'s caller (rate, namespace, metrics) and is found in the [`registry`] of what the files of
//! [`methods`] declare; some of those are matters of [`subscriptions`]. What the rest of the node tells of itself is in
//! its [`NodeStatus`]. Values take their shapes from alloy's RPC types, so that Ethereum's clients read them as they are;
//! error texts are geth's, which clients match on.
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
mod dev;
mod error;
mod fees;
mod fill;
mod filters;
mod jsonrpc;
mod limits;
mod logs;
mod methods;
mod modules;
mod otterscan;
mod overrides;
mod program;
mod proofs;
mod raw;
mod registry;
mod sandbox;
mod server;
mod simulate;
mod state;
mod status;
mod submit;
mod subscriptions;
mod traces;
mod txpool;
mod wanted;
mod wasm;

pub use dev::{HttpRemote, StateFileError, dump_state, load_state};
pub use limits::CallLimits;
pub use registry::docs::docs;
pub use server::{
    Endpoint, Hosts, JwtSecret, MethodRate, Namespaces, Origins, Rate, ReadyLimits, RpcConfig, SecretError,
    SocketLimits, TlsError, serve, tls,
};
pub use status::{Connection, NodeStatus, Peer, Syncing};

use accounts::Signers;
use alloy_primitives::B256;
use dev::faucet::Faucet;
use filters::Filters;
use server::Caller;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zx_chain::{Cancel, Chain};

/// What methods work on.
#[derive(Clone, Debug)]
pub struct Api {
    chain: Arc<Chain>,
    version: Arc<str>,
    filters: Arc<Filters>,
    signers: Arc<Signers>,
    faucet: Arc<Faucet>,
    /// URL of the node that the chain is a fork of.
    remote: Option<Arc<str>>,
    status: Arc<NodeStatus>,
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
            signers: Arc::default(),
            faucet: Arc::default(),
            remote: None,
            status: Arc::default(),
            limits: CallLimits::default(),
            caller: Arc::default(),
            sent: Arc::default(),
        }
    }

    /// The same, within other bounds.
    fn within(self, limits: CallLimits) -> Self {
        Self { limits, ..self }
    }

    /// The same, of a fork of the node at this URL: who resets the fork may name it.
    #[must_use]
    pub fn with_remote(self, url: &str) -> Self {
        Self { remote: Some(url.into()), ..self }
    }

    /// The same, answering from what the node knows of itself.
    fn told_by(self, status: Arc<NodeStatus>) -> Self {
        Self { status, ..self }
    }

    /// The same, signing for the accounts of these keys: what everybody may sign with, who reaches the node.
    #[must_use]
    pub fn with_signers(self, secrets: impl IntoIterator<Item = B256>) -> Self {
        Self { signers: Arc::new(Signers::new(secrets)), ..self }
    }

    /// When a call is given up that begins now: its time is up, or nobody waits for its answer.
    fn cancel(&self) -> Cancel {
        let cancel = match std::time::Instant::now().checked_add(self.limits.call_time) {
            Some(deadline) => Cancel::at(deadline),
            None => Cancel::default(),
        };
        cancel.or_when(Arc::clone(self.caller.gone()))
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
