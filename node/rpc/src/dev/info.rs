//! What a development node says of itself.

use crate::{Api, error::RpcError, fees};
use alloy_primitives::{B256, U64, keccak256};
use serde_json::{Value, json};

/// `anvil_nodeInfo`.
pub(crate) fn node(api: &Api) -> Result<Value, RpcError> {
    let head = api.chain.head();
    let base_fee = api.chain.next_base_fee();
    Ok(json!({
        "currentBlockNumber": U64::from(head.number()),
        "currentBlockTimestamp": head.header.timestamp,
        "currentBlockHash": head.hash,
        "hardFork": "osaka",
        "transactionOrder": "fees",
        "environment": {
            "baseFee": U64::from(base_fee),
            "chainId": api.chain.spec().chain_id,
            "gasLimit": U64::from(api.chain.spec().block_gas_limit),
            "gasPrice": U64::from(base_fee.saturating_add(fees::SUGGESTED_TIP)),
        },
        "forkConfig": {
            "forkUrl": api.chain.fork().map(|fork| fork.url()),
            "forkBlockNumber": api.chain.fork().map(|fork| fork.pinned().number()),
            "forkRetryBackoff": null,
        },
    }))
}

/// `anvil_metadata` and `hardhat_metadata`.
pub(crate) fn metadata(api: &Api) -> Result<Value, RpcError> {
    let head = api.chain.head();
    let genesis = api.chain.view()?.block(0.into())?.map(|block| block.hash).unwrap_or_default();
    let snapshots: serde_json::Map<String, Value> = api
        .chain
        .snapshots()
        .into_iter()
        .map(|(number, block)| (format!("{number:#x}"), json!([block.number(), block.hash])))
        .collect();
    Ok(json!({
        "clientVersion": &*api.version,
        "chainId": api.chain.spec().chain_id,
        "instanceId": instance(genesis),
        "latestBlockNumber": head.number(),
        "latestBlockHash": head.hash,
        "forkedNetwork": api.chain.fork().map(|fork| json!({
            "chainId": fork.chain_id(),
            "forkBlockNumber": fork.pinned().number(),
            "forkBlockHash": fork.pinned().hash,
        })),
        "snapshots": snapshots,
    }))
}

/// Tells this run of the node from others: its process and the chain that it runs.
fn instance(genesis: B256) -> B256 {
    let process = u64::from(std::process::id()).to_be_bytes();
    keccak256([genesis.as_slice(), &process].concat())
}
