//! Subscriptions over WebSocket: `eth_subscribe`, `eth_unsubscribe`, and the same under the chain's own name.
//!
//! One task, the [`Feed`], follows the chain and encodes what is told of it once. Each connection is a [`Session`] with
//! a [`Table`] of its subscriptions; it puts what they match into its outbox, and never waits for its reader: who has
//! too much waiting for him is dropped. The chain waits for nobody.

mod feed;
mod outbox;
#[cfg(test)]
mod reorganisation;
mod session;
mod table;

pub(crate) use feed::Feed;
pub(crate) use session::Session;
pub(crate) use table::Table;

use crate::{
    error::RpcError,
    jsonrpc::Params,
    logs,
    registry::{Answered, answered},
};
use alloy_rpc_types_eth::Filter;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    Heads,
    Logs,
    Pending,
    Syncing,
}

impl Topic {
    /// As `eth_subscribe` names it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Heads => "newHeads",
            Self::Logs => "logs",
            Self::Pending => "newPendingTransactions",
            Self::Syncing => "syncing",
        }
    }
}

/// What is wanted of a topic.
#[derive(Clone, Debug)]
pub(crate) enum Wanted {
    Heads,
    Logs(Arc<Filter>),
    /// Whole transactions, or their hashes.
    Pending {
        full: bool,
    },
    Syncing,
}

impl Wanted {
    pub(crate) fn topic(&self) -> Topic {
        match self {
            Self::Heads => Topic::Heads,
            Self::Logs(_) => Topic::Logs,
            Self::Pending { .. } => Topic::Pending,
            Self::Syncing => Topic::Syncing,
        }
    }

    fn read(params: &Params) -> Result<Self, RpcError> {
        let topic: String = argument(params, 0, "topic")?.ok_or_else(|| missing(0))?;
        match topic.as_str() {
            "newHeads" => Ok(Self::Heads),
            "logs" => {
                let filter: Filter = argument(params, 1, "options")?.unwrap_or_default();
                logs::check(&filter)?;
                Ok(Self::Logs(Arc::new(filter)))
            }
            "newPendingTransactions" => Ok(Self::Pending { full: argument(params, 1, "options")?.unwrap_or_default() }),
            "syncing" => Ok(Self::Syncing),
            other => Err(RpcError::params(format!(
                "no {other:?} subscription: there are newHeads, logs, newPendingTransactions and syncing"
            ))),
        }
    }
}

/// A parameter by its place, or by its name.
fn argument<T: DeserializeOwned>(params: &Params, at: usize, name: &str) -> Result<Option<T>, RpcError> {
    let value = match params {
        Params::List(values) => values.get(at),
        Params::Named(fields) => fields.get(name),
    };
    let value = value.filter(|value| !value.is_null());
    let read = value.map(T::deserialize).transpose();
    read.map_err(|error| RpcError::params(format!("invalid argument {at}: {error}")))
}

fn missing(at: usize) -> RpcError {
    RpcError::params(format!("missing value for required argument {at}"))
}

/// What a method does with subscriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Subscribe,
    Unsubscribe,
}

/// What a method does with subscriptions, if that is its matter.
pub(crate) fn verb(method: &str) -> Option<Verb> {
    match method {
        "eth_subscribe" | "zx_subscribe" => Some(Verb::Subscribe),
        "eth_unsubscribe" | "zx_unsubscribe" => Some(Verb::Unsubscribe),
        _ => None,
    }
}

/// Subscribes, or ends a subscription. Where nothing can be told without being asked, there are none.
pub(crate) fn call(
    table: Option<&Arc<Table>>,
    verb: Verb,
    method: &str,
    params: &Params,
) -> Result<Answered, RpcError> {
    let Some(table) = table else { return Err(RpcError::method_not_found(method)) };
    match verb {
        Verb::Subscribe => {
            let notification = if method.starts_with("zx_") { "zx_subscription" } else { "eth_subscription" };
            answered(table.subscribe(Wanted::read(params)?, notification)?)
        }
        Verb::Unsubscribe => {
            let id: String = argument(params, 0, "subscription")?.ok_or_else(|| missing(0))?;
            match table.unsubscribe(&id) {
                true => answered(true),
                // geth's words and code.
                false => Err(RpcError::server("subscription not found")),
            }
        }
    }
}
