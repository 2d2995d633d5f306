//! The table of methods: each is declared here, once.

use crate::{Api, blocks, calls, error::RpcError, fees, filters, jsonrpc::Params, logs, proofs, state};
use alloy_primitives::{B256, Bytes, U64, keccak256};
use serde::Serialize;
use serde_json::{Value, json};
use std::time::Duration;

type Run = fn(&Api, &Params) -> Result<Value, RpcError>;

const METHODS: &[(&str, Run)] = &[
    ("eth_accounts", |_, _| Ok(json!([]))),
    ("eth_blockNumber", |api, _| quantity(api.chain.head().number())),
    ("eth_call", calls::call),
    ("eth_chainId", |api, _| quantity(api.chain.spec().chain_id)),
    ("eth_coinbase", |api, _| encode(api.chain.spec().coinbase)),
    ("eth_estimateGas", calls::estimate_gas),
    ("eth_feeHistory", fees::history),
    ("eth_gasPrice", fees::gas_price),
    ("eth_getBalance", state::balance),
    ("eth_getBlockByHash", blocks::by_hash),
    ("eth_getBlockByNumber", blocks::by_number),
    ("eth_getBlockReceipts", blocks::receipts),
    ("eth_getBlockTransactionCountByHash", blocks::count_by_hash),
    ("eth_getBlockTransactionCountByNumber", blocks::count_by_number),
    ("eth_getCode", state::code),
    ("eth_getFilterChanges", filters::changes),
    ("eth_getFilterLogs", filters::all),
    ("eth_getLogs", logs::get),
    ("eth_getProof", proofs::account),
    ("eth_getStorageAt", state::storage),
    ("eth_getTransactionByBlockHashAndIndex", blocks::transaction_by_hash_and_index),
    ("eth_getTransactionByBlockNumberAndIndex", blocks::transaction_by_number_and_index),
    ("eth_getTransactionByHash", blocks::transaction),
    ("eth_getTransactionCount", state::nonce),
    ("eth_getTransactionReceipt", blocks::receipt),
    ("eth_maxPriorityFeePerGas", fees::tip),
    ("eth_newBlockFilter", filters::new_blocks),
    ("eth_newFilter", filters::new_logs),
    ("eth_sendRawTransaction", send_raw_transaction),
    ("eth_syncing", |_, _| Ok(json!(false))),
    ("eth_uninstallFilter", filters::uninstall),
    ("net_listening", |_, _| Ok(json!(true))),
    ("net_peerCount", |_, _| quantity(0)),
    ("net_version", |api, _| Ok(json!(api.chain.spec().chain_id.to_string()))),
    ("txpool_status", pool_status),
    ("web3_clientVersion", |api, _| Ok(json!(&*api.version))),
    ("web3_sha3", |_, params| encode(keccak256(params.required::<Bytes>(0)?))),
    ("zx_getAccountHistory", proofs::account_history),
    ("zx_getReceiptProof", proofs::receipt),
    ("zx_getStorageHistory", proofs::storage_history),
    ("zx_getTransactionProof", proofs::transaction),
    ("zx_sandboxStats", sandbox_stats),
];

/// Calls a method by its name.
pub(crate) fn call(api: &Api, method: &str, params: &Params) -> Result<Value, RpcError> {
    let (_, run) =
        METHODS.iter().find(|(name, _)| *name == method).ok_or_else(|| RpcError::method_not_found(method))?;
    run(api, params)
}

/// A value in its own shape.
pub(crate) fn encode(value: impl Serialize) -> Result<Value, RpcError> {
    serde_json::to_value(value).map_err(|e| RpcError::new(crate::error::code::INTERNAL, e.to_string()))
}

/// A number as a quantity: hex without leading zeros.
pub(crate) fn quantity(number: u64) -> Result<Value, RpcError> {
    encode(U64::from(number))
}

fn send_raw_transaction(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let bytes: Bytes = params.required(0)?;
    let hash: B256 = api.chain.submit(&bytes)?;
    api.sent().push(hash);
    encode(hash)
}

fn pool_status(api: &Api, _: &Params) -> Result<Value, RpcError> {
    let status = api.chain.pool_status();
    Ok(json!({ "pending": U64::from(status.pending), "queued": U64::from(status.queued) }))
}

/// What the module cache has done since the start: the proof that a restart compiles nothing.
fn sandbox_stats(api: &Api, _: &Params) -> Result<Value, RpcError> {
    let figures = api.chain.cache_figures();
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    Ok(json!({
        "compiled": figures.stats.compiled,
        "diskHits": figures.stats.disk_hits,
        "memoryHits": figures.stats.memory_hits,
        "rejected": figures.stats.rejected,
        "compileMicros": micros(figures.compile_time),
        "loadMicros": micros(figures.load_time),
        "modules": figures.modules,
        "instances": figures.instances,
    }))
}

/// Every method's name.
#[cfg(test)]
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    METHODS.iter().map(|(name, _)| *name)
}
