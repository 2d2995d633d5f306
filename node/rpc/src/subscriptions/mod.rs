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

use crate::{Api, error::RpcError, logs, wanted::Wanted};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;

/// What can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    Heads,
    Logs,
    Pending,
    Syncing,
}

/// What is said of a topic, for the documents; the shapes are in `registry/shapes.json`.
#[derive(Debug)]
pub(crate) struct About {
    /// As `eth_subscribe` names it.
    pub(crate) name: &'static str,
    /// Lines of its documentation.
    pub(crate) docs: &'static str,
    /// Shape of the second parameter, if it takes one.
    pub(crate) options: Option<&'static str>,
    /// Shapes of what its notifications have as their result.
    pub(crate) results: &'static [&'static str],
}

impl Topic {
    /// Every topic, in the order of the documents.
    pub(crate) const ALL: [Self; 4] = [Self::Heads, Self::Logs, Self::Pending, Self::Syncing];

    pub(crate) fn about(self) -> &'static About {
        match self {
            Self::Heads => &About {
                name: "newHeads",
                docs: "The header of each block that becomes part of the head's chain, oldest first; after a \
                       reorganisation all that are new in it.",
                options: None,
                results: &["Header"],
            },
            Self::Logs => &About {
                name: "logs",
                docs: "Each log of new blocks that the filter matches, in order. Those of blocks that a reorganisation \
                       has taken away come again with `removed`, the last one first, before those of the blocks that \
                       took their place. Only `address` and `topics` of the filter count.",
                options: Some("LogFilter"),
                results: &["Log"],
            },
            Self::Pending => &About {
                name: "newPendingTransactions",
                docs: "Each transaction that becomes ready for the next block: its hash, or the whole of it if the \
                       option is `true`.",
                options: Some("Boolean"),
                results: &["Hash", "TransactionInfo"],
            },
            Self::Syncing => &About {
                name: "syncing",
                docs: "When the node begins to catch up with others and when it is done: `false`, or how far it is.",
                options: None,
                results: &["SyncingNotice"],
            },
        }
    }

    /// As `eth_subscribe` names it.
    pub(crate) fn name(self) -> &'static str {
        self.about().name
    }
}

/// What is wanted of a topic.
#[derive(Clone, Debug)]
pub(crate) enum Interest {
    Heads,
    Logs(Arc<Wanted>),
    /// Whole transactions, or their hashes.
    Pending {
        full: bool,
    },
    Syncing,
}

impl Interest {
    pub(crate) fn topic(&self) -> Topic {
        match self {
            Self::Heads => Topic::Heads,
            Self::Logs(_) => Topic::Logs,
            Self::Pending { .. } => Topic::Pending,
            Self::Syncing => Topic::Syncing,
        }
    }

    fn read(topic: &str, options: Option<Value>) -> Result<Self, RpcError> {
        let Some(topic) = Topic::ALL.into_iter().find(|known| known.name() == topic) else {
            let names = Topic::ALL.map(Topic::name).join(", ");
            return Err(RpcError::params(format!("no {topic:?} subscription: there are {names}")));
        };
        Ok(match topic {
            Topic::Heads => Self::Heads,
            Topic::Logs => {
                let filter: Wanted = read(options)?;
                logs::check(&filter)?;
                Self::Logs(Arc::new(filter))
            }
            Topic::Pending => Self::Pending { full: read(options)? },
            Topic::Syncing => Self::Syncing,
        })
    }
}

fn read<T: DeserializeOwned + Default>(options: Option<Value>) -> Result<T, RpcError> {
    let read = options.map_or_else(|| Ok(T::default()), serde_json::from_value);
    read.map_err(|error| RpcError::params(format!("invalid argument 1: {error}")))
}

/// The subscriptions of whoever asks. Where nothing can be told without being asked, there is no such method.
fn table<'a>(api: &'a Api, method: &str) -> Result<&'a Arc<Table>, RpcError> {
    api.caller.table().ok_or_else(|| RpcError::method_not_found(method))
}

/// Subscribes, and gives the id that its notifications have; `names` are those of the method and of its notifications.
pub(crate) fn subscribe(
    api: &Api,
    (method, notification): (&str, &'static str),
    topic: &str,
    options: Option<Value>,
) -> Result<String, RpcError> {
    table(api, method)?.subscribe(Interest::read(topic, options)?, notification)
}

/// Ends a subscription.
pub(crate) fn unsubscribe(api: &Api, id: String) -> Result<bool, RpcError> {
    match table(api, "eth_unsubscribe")?.unsubscribe(&id) {
        true => Ok(true),
        // geth's words and code.
        false => Err(RpcError::server("subscription not found")),
    }
}
