//! Snapshots, and the way back to the first block.

use super::amount::Amount;
use crate::{Api, error::RpcError};
use alloy_primitives::U64;
use serde_json::Value;

pub(crate) fn take(api: &Api) -> Result<U64, RpcError> {
    Ok(U64::from(api.chain.snapshot()))
}

/// Answers whether there was such a snapshot.
pub(crate) fn revert(api: &Api, snapshot: Amount) -> Result<bool, RpcError> {
    match u64::try_from(snapshot.0) {
        Ok(number) => Ok(api.chain.revert_to(number)?),
        Err(_) => Ok(false),
    }
}

/// Goes back to the first block. A fork of another chain, or of another block, takes another node.
pub(crate) fn reset(api: &Api, options: Option<Value>) -> Result<bool, RpcError> {
    if options.as_ref().and_then(|options| options.get("forking")).is_some_and(|forking| !forking.is_null()) {
        return Err(RpcError::params(
            "invalid argument 0: this node cannot be made to fork; start one with `zx-node dev --fork URL`",
        ));
    }
    api.chain.reset().map_err(|error| RpcError::server(error.to_string()))?;
    Ok(true)
}
