//! The chain as a whole: what it is, and whether its blocks are what they say.

use crate::{Api, error::RpcError};
use alloy_consensus::constants::EMPTY_WITHDRAWALS;
use alloy_eips::BlockNumberOrTag;
use alloy_primitives::U64;
use serde_json::{Value, json};
use std::sync::Arc;
use zx_chain::HeadView;
use zx_primitives::{Block, block as roots};

/// Blocks that one request may have checked.
const MAX_CHECKED: u64 = 1_024;

pub(crate) fn get(api: &Api) -> Result<Value, RpcError> {
    let view = api.chain.view()?;
    let spec = api.chain.spec();
    let genesis = view.block(0.into())?.map(|block| block.hash);
    let number = |tag| U64::from(view.height(tag));
    let status = api.chain.pool_status();
    Ok(json!({
        "chainId": U64::from(spec.chain_id),
        "version": &*api.version,
        "genesis": genesis,
        "head": {
            "number": U64::from(view.head.number()),
            "hash": view.head.hash,
            "timestamp": U64::from(view.head.header.timestamp),
            "stateRoot": view.head.header.state_root,
        },
        "safe": number(BlockNumberOrTag::Safe),
        "finalized": number(BlockNumberOrTag::Finalized),
        "kept": {
            "blocks": U64::from(view.first_block()?),
            "states": U64::from(view.first_state()),
            "proofs": U64::from(view.first_proof()),
        },
        "nextBaseFee": U64::from(api.chain.next_base_fee()),
        "pool": { "pending": U64::from(status.pending), "queued": U64::from(status.queued) },
        "limits": {
            "blockGas": U64::from(spec.block_gas_limit),
            "transactionGas": U64::from(spec.tx_gas_limit),
            "moduleBytes": U64::from(spec.modules.module_bytes),
            "evmCodeBytes": U64::from(spec.evm_code_bytes),
            "wasmDepth": U64::from(spec.wasm_depth),
        },
    }))
}

/// `eth_syncing`: `false`, or how far the node is.
pub(crate) fn syncing(api: &Api) -> Result<Value, RpcError> {
    let progress = api.status.syncing().map(|syncing| syncing.progress(api.chain.head().number()));
    Ok(progress.unwrap_or(Value::Bool(false)))
}

pub(crate) fn validate(
    api: &Api,
    from: Option<BlockNumberOrTag>,
    to: Option<BlockNumberOrTag>,
) -> Result<Value, RpcError> {
    let view = api.chain.view()?;
    let head = view.head.number();
    let to = to.map_or(head, |tag| view.height(tag));
    let first = view.first_block()?;
    let from = from.map_or_else(|| to.saturating_sub(MAX_CHECKED - 1).max(first), |tag| view.height(tag));
    if from > to || to > head {
        return Err(RpcError::params(format!("invalid block range params: {from} to {to}, the head is {head}")));
    }
    if to - from >= MAX_CHECKED {
        let blocks = to - from + 1;
        return Err(RpcError::params(format!("block range is too wide: {blocks} blocks, limit {MAX_CHECKED}")));
    }
    let mut transactions = 0;
    let mut before: Option<Arc<Block>> = None;
    for number in from..=to {
        match check(api, &view, number, before.as_deref())? {
            Ok(block) => {
                transactions += block.transactions.len();
                before = Some(block);
            }
            Err(problem) => return Ok(answer(from, number, transactions, Some(problem))),
        }
    }
    Ok(answer(from, to, transactions, None))
}

fn answer(from: u64, to: u64, transactions: usize, problem: Option<String>) -> Value {
    json!({
        "valid": problem.is_none(),
        "from": U64::from(from),
        "to": U64::from(to),
        "transactions": U64::from(transactions),
        "problem": problem.map(|problem| format!("block {to}: {problem}")),
    })
}

type Checked = Result<Arc<Block>, String>;

/// Checks a block against what it is made of and, if that is known, against the one before it.
fn check(api: &Api, view: &HeadView<'_>, number: u64, before: Option<&Block>) -> Result<Checked, RpcError> {
    let Some(block) = view.block(number.into())? else { return Ok(Err("is missing".to_owned())) };
    let receipts = view.receipts(number)?;
    let (receipts_root, bloom) = roots::receipts_root(&receipts);
    let gas = receipts.last().map_or(0, |receipt| receipt.cumulative_gas_used);
    let header = &block.header;
    let rules = [
        (header.hash_slow() == block.hash, "its hash is not its header's"),
        (header.number == number, "has another height"),
        (
            header.transactions_root == roots::transactions_root(&block.transactions),
            "its transactions have another root",
        ),
        (receipts.len() == block.transactions.len(), "has not a receipt for each transaction"),
        (number == 0 || header.receipts_root == receipts_root, "its receipts have another root"),
        (header.logs_bloom == bloom, "its bloom is not that of its logs"),
        (header.gas_used == gas, "its transactions use another amount of gas"),
        (header.gas_used <= header.gas_limit, "uses more gas than it may"),
        (header.withdrawals_root == Some(EMPTY_WITHDRAWALS), "has withdrawals"),
        (before.is_none_or(|before| follows(api, before, &block)), "does not follow the block before it"),
    ];
    Ok(match rules.into_iter().find(|(holds, _)| !holds) {
        Some((_, problem)) => Err(problem.to_owned()),
        None => Ok(block),
    })
}

fn follows(api: &Api, before: &Block, block: &Block) -> bool {
    // Of an edit of a development node, and where one has set the base fee, it says so itself.
    let extra: &[u8] = &block.header.extra_data;
    let marked = api.chain.is_development() && extra == zx_chain::dev::MARK;
    let fee = before.header.next_block_base_fee(api.chain.spec().base_fee);
    let later = block.header.timestamp > before.header.timestamp;
    block.header.parent_hash == before.hash
        && (later || (marked && block.header.timestamp == before.header.timestamp))
        && (marked || block.header.base_fee_per_gas == fee)
}
