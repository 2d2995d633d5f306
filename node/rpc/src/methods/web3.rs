//! `web3_*`.

use crate::{Api, registry::methods};
use alloy_primitives::{Bytes, keccak256};

methods! {
    /// Name and version of the node.
    "web3_clientVersion" () -> Text = |api: &Api| Ok(api.version.to_string());
    /// Keccak-256.
    "web3_sha3" (data: Bytes) -> Hash = |_: &Api, data: Bytes| Ok(keccak256(data));
}
