//! Snapshots, and the way back to the first block.

use super::amount::Amount;
use crate::{Api, error::RpcError};
use alloy_primitives::{U64, U256};
use serde::Deserialize;

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

/// What `anvil_reset` and `hardhat_reset` take.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResetOptions {
    forking: Option<Forking>,
}

/// The fork that is to be there afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Forking {
    json_rpc_url: Option<String>,
    block_number: Option<Amount>,
}

/// Goes back to the first block; of a fork that is the block that it is pinned to. Another fork takes another node: its
/// rules and its state are not this chain's.
pub(crate) fn reset(api: &Api, options: Option<ResetOptions>) -> Result<bool, RpcError> {
    if let Some(forking) = options.unwrap_or_default().forking {
        same_fork(api, forking)?;
    }
    api.chain.reset().map_err(|error| RpcError::server(error.to_string()))?;
    Ok(true)
}

/// Refuses a fork that is not this node's.
fn same_fork(api: &Api, Forking { json_rpc_url, block_number }: Forking) -> Result<(), RpcError> {
    let refused = |why: String| {
        RpcError::params(format!(
            "invalid argument 0: {why}; start a node with `zx-node dev --fork URL --fork-block BLOCK` and reset that one"
        ))
    };
    let Some(fork) = api.chain.fork() else {
        return Err(refused("this node is not a fork, and cannot be made one while it runs".to_owned()));
    };
    if json_rpc_url.is_some_and(|url| api.remote.as_deref() != Some(&url)) {
        // Not the URL that was sent, which may have a key in it.
        return Err(refused(format!("this node is a fork of {}, and of no other node", fork.url())));
    }
    let pinned = fork.pinned().number();
    match block_number {
        Some(number) if number.0 != U256::from(pinned) => {
            Err(refused(format!("this node is a fork of block {pinned}, not of block {}", number.0)))
        }
        _ => Ok(()),
    }
}
