//! `net_*`.

use crate::{Api, registry::methods};
use alloy_primitives::U64;

methods! {
    /// Id of the chain, in decimal.
    "net_version" () -> Text = |api: &Api| Ok(api.chain.spec().chain_id.to_string());
    /// Whether the node listens for others.
    "net_listening" () -> Boolean = |_: &Api| Ok(true);
    /// How many nodes this one is connected to.
    "net_peerCount" () -> Quantity = |api: &Api| Ok(U64::from(api.status.peer_count()));
}
