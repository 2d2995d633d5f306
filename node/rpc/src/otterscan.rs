//! `ots_*`: what Otterscan asks for.

use crate::{
    Api, blocks, convert,
    error::RpcError,
    state::{height, state_at},
    traces,
};
use alloy_consensus::Transaction as _;
use alloy_eips::{BlockId, eip1898::LenientBlockNumberOrTag};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U64, U256};
use serde_json::{Value, json};
use std::sync::Arc;
use zx_chain::{HeadView, Simulated, Trace, Traced, Tracer, Wanted};
use zx_primitives::{Block, Receipt, RecoveredTx, StateReader};

/// Transactions on a page of a block, or of a search.
const MAX_PAGE: usize = 100;
/// Blocks that one search looks through.
const MAX_SEARCHED: u64 = 20_000;

fn has_code_at(view: &HeadView<'_>, address: Address, number: u64) -> Result<bool, RpcError> {
    let account = state_at(view, number)?.account(address)?;
    Ok(account.is_some_and(|account| account.code_hash != KECCAK256_EMPTY))
}

pub(crate) fn has_code(api: &Api, address: Address, block: Option<BlockId>) -> Result<bool, RpcError> {
    let view = api.chain.view()?;
    has_code_at(&view, address, height(&view, block)?)
}

pub(crate) fn block_details(api: &Api, number: LenientBlockNumberOrTag) -> Result<Option<Value>, RpcError> {
    details(api, number.into_inner().into())
}

pub(crate) fn block_details_by_hash(api: &Api, hash: B256) -> Result<Option<Value>, RpcError> {
    details(api, hash.into())
}

fn details(api: &Api, id: BlockId) -> Result<Option<Value>, RpcError> {
    let view = api.chain.view()?;
    let Some(block) = view.block(id)? else { return Ok(None) };
    let fees = fees(&block, &view.receipts(block.number())?);
    Ok(Some(json!({
        "block": slim(&block)?,
        "issuance": { "blockReward": "0x0", "uncleReward": "0x0", "issuance": "0x0" },
        "totalFees": fees,
    })))
}

/// What the block's transactions have paid.
fn fees(block: &Block, receipts: &[Receipt]) -> U256 {
    let (mut before, mut sum) = (0, U256::ZERO);
    for (tx, receipt) in block.transactions.iter().zip(receipts) {
        let gas = receipt.cumulative_gas_used.saturating_sub(before);
        before = receipt.cumulative_gas_used;
        let price = tx.inner().effective_gas_price(block.header.base_fee_per_gas);
        sum = sum.saturating_add(U256::from(price).saturating_mul(U256::from(gas)));
    }
    sum
}

/// A block with the number of its transactions in their place, and without its bloom.
fn slim(block: &Block) -> Result<Value, RpcError> {
    let shown = serde_json::to_value(convert::block(block, false));
    let mut shown = shown.map_err(|error| RpcError::server(error.to_string()))?;
    if let Value::Object(fields) = &mut shown {
        fields.remove("transactions");
        fields.insert("logsBloom".to_owned(), Value::Null);
        // Nobody mines: what Otterscan adds up is nought.
        fields.insert("totalDifficulty".to_owned(), json!(U256::ZERO));
        fields.insert("transactionCount".to_owned(), json!(U64::from(block.transactions.len())));
    }
    Ok(shown)
}

/// Pages go from the end of the block to its beginning, as Otterscan shows them.
pub(crate) fn block_transactions(
    api: &Api,
    number: LenientBlockNumberOrTag,
    page: usize,
    size: usize,
) -> Result<Option<Value>, RpcError> {
    check_page(size)?;
    let view = api.chain.view()?;
    let Some(block) = view.block(number.into_inner().into())? else { return Ok(None) };
    let receipts = view.receipts(block.number())?;
    let end = block.transactions.len().saturating_sub(page.saturating_mul(size));
    let indices = end.saturating_sub(size)..end;
    let transactions: Vec<Value> = indices.clone().filter_map(|index| short(&block, index)).collect();
    let receipts: Vec<Value> = indices.filter_map(|index| receipt(&block, &receipts, index, false)).collect();
    let mut fullblock = slim(&block)?;
    if let Value::Object(fields) = &mut fullblock {
        fields.insert("transactions".to_owned(), Value::Array(transactions));
    }
    Ok(Some(json!({ "fullblock": fullblock, "receipts": receipts })))
}

fn check_page(size: usize) -> Result<(), RpcError> {
    match size {
        1..=MAX_PAGE => Ok(()),
        _ => Err(RpcError::params(format!("page size {size}: from 1 to {MAX_PAGE}"))),
    }
}

/// A transaction with no more of its input than its selector.
fn short(block: &Block, index: usize) -> Option<Value> {
    let mut shown = serde_json::to_value(convert::transaction(block, index)?).ok()?;
    if let Some(Value::String(input)) = shown.get_mut("input") {
        input.truncate(10);
    }
    Some(shown)
}

/// A receipt; on a block's page without its logs.
fn receipt(block: &Block, receipts: &[Receipt], index: usize, with_logs: bool) -> Option<Value> {
    let mut shown = serde_json::to_value(convert::receipt(block, receipts, index)?).ok()?;
    if let Value::Object(fields) = &mut shown {
        fields.insert("timestamp".to_owned(), json!(U64::from(block.header.timestamp)));
        if !with_logs {
            fields.insert("logs".to_owned(), Value::Null);
            fields.insert("logsBloom".to_owned(), Value::Null);
        }
    }
    Some(shown)
}

/// What a search found: transactions and receipts, newest block first.
#[derive(Default)]
struct Found {
    transactions: Vec<Value>,
    receipts: Vec<Value>,
}

impl Found {
    /// Takes the transactions of a block that concern an account, newest first.
    fn take(&mut self, view: &HeadView<'_>, block: &Block, address: Address) -> Result<(), RpcError> {
        if !block.transactions.iter().any(|tx| concerns(tx, address)) {
            return Ok(());
        }
        let receipts = view.receipts(block.number())?;
        for (index, _) in block.transactions.iter().enumerate().rev().filter(|(_, tx)| concerns(tx, address)) {
            self.transactions.extend(serde_json::to_value(convert::transaction(block, index)).ok());
            self.receipts.extend(receipt(block, &receipts, index, true));
        }
        Ok(())
    }

    fn answer(self, first: bool, last: bool) -> Value {
        json!({ "txs": self.transactions, "receipts": self.receipts, "firstPage": first, "lastPage": last })
    }
}

fn concerns(tx: &RecoveredTx, address: Address) -> bool {
    tx.signer() == address
        || tx.inner().to() == Some(address)
        || tx.inner().is_create() && tx.signer().create(tx.inner().nonce()) == address
}

/// Whole blocks only, so that the next page can go on from the last block of this one.
pub(crate) fn search_before(api: &Api, address: Address, before: u64, size: usize) -> Result<Value, RpcError> {
    check_page(size)?;
    let view = api.chain.view()?;
    let (head, first_block) = (view.head.number(), view.first_block()?);
    let from = if before == 0 { head } else { before.saturating_sub(1).min(head) };
    let mut found = Found::default();
    let mut number = from;
    loop {
        let Some(block) = view.block(number.into())? else { break };
        found.take(&view, &block, address)?;
        if number <= first_block {
            return Ok(found.answer(before == 0, true));
        }
        if found.transactions.len() >= size {
            break;
        }
        check_searched(from - number, &found, || format!("blocks before {number}"))?;
        if from - number >= MAX_SEARCHED {
            break;
        }
        number -= 1;
    }
    Ok(found.answer(before == 0, false))
}

pub(crate) fn search_after(api: &Api, address: Address, after: u64, size: usize) -> Result<Value, RpcError> {
    check_page(size)?;
    let view = api.chain.view()?;
    let head = view.head.number();
    let from = if after == 0 { view.first_block()? } else { after.saturating_add(1) };
    let mut pages: Vec<Found> = Vec::new();
    let (mut count, mut number) = (0, from);
    while number <= head && count < size {
        let Some(block) = view.block(number.into())? else { break };
        let mut found = Found::default();
        found.take(&view, &block, address)?;
        count += found.transactions.len();
        pages.push(found);
        if number - from >= MAX_SEARCHED {
            if count == 0 {
                return Err(exhausted(&format!("blocks after {number}")));
            }
            break;
        }
        number += 1;
    }
    let mut all = Found::default();
    for found in pages.into_iter().rev() {
        all.transactions.extend(found.transactions);
        all.receipts.extend(found.receipts);
    }
    // Newest first: the first page is the one that reaches the head.
    Ok(all.answer(number > head, after == 0))
}

fn check_searched(searched: u64, found: &Found, rest: impl Fn() -> String) -> Result<(), RpcError> {
    match searched {
        MAX_SEARCHED.. if found.transactions.is_empty() => Err(exhausted(&rest())),
        _ => Ok(()),
    }
}

fn exhausted(rest: &str) -> RpcError {
    RpcError::server(format!(
        "nothing in {MAX_SEARCHED} blocks, which is as many as one search looks through: go on with {rest}"
    ))
}

pub(crate) fn by_sender_and_nonce(api: &Api, sender: Address, nonce: Nonce) -> Result<Option<B256>, RpcError> {
    let nonce = match nonce {
        Nonce::Quantity(nonce) => nonce.to(),
        Nonce::Number(nonce) => nonce,
    };
    let found = blocks::find_by_nonce(&api.chain.view()?, sender, nonce)?;
    Ok(found.and_then(|(block, index)| Some(*block.transactions.get(index)?.inner().tx_hash())))
}

/// A nonce as a quantity or, from Otterscan, as a number.
#[derive(serde::Deserialize)]
#[serde(untagged)]
pub(crate) enum Nonce {
    Quantity(U64),
    Number(u64),
}

/// The first block with the code is found by halving, the transaction by the trail of changes.
pub(crate) fn creator(api: &Api, address: Address) -> Result<Option<Value>, RpcError> {
    let view = api.chain.view()?;
    let (mut before, mut after) = (view.first_state(), view.head.number());
    if !has_code_at(&view, address, after)? || has_code_at(&view, address, before)? {
        return Ok(None);
    }
    while before + 1 < after {
        let middle = before + (after - before) / 2;
        if has_code_at(&view, address, middle)? { after = middle } else { before = middle }
    }
    let Some(block) = view.block(after.into())? else { return Ok(None) };
    let Some((place, tx)) = making(&view, &block, address)? else { return Ok(None) };
    let sent_it = tx.inner().is_create() && tx.signer().create(tx.inner().nonce()) == address;
    let creator = if sent_it { tx.signer() } else { maker(api, &view, &block, place, address)?.unwrap_or(tx.signer()) };
    Ok(Some(json!({ "hash": tx.inner().tx_hash(), "creator": creator })))
}

/// Who made a contract inside a transaction, if it was made there: the last who did, should it have been made twice.
fn maker(
    api: &Api,
    view: &HeadView<'_>,
    block: &Arc<Block>,
    place: usize,
    address: Address,
) -> Result<Option<Address>, RpcError> {
    let traced = traces::replay(api, view, block, Wanted::One(place), &Tracer::Entries, &api.cancel())?;
    let Some(Traced { trace: Trace::Entries(frames), .. }) = traced.into_iter().next() else { return Ok(None) };
    let made = frames.iter().rfind(|frame| frame.r#type.starts_with("CREATE") && frame.to == address);
    Ok(made.map(|frame| frame.from))
}

pub(crate) fn trace(api: &Api, hash: B256) -> Result<Option<Trace>, RpcError> {
    traced(api, hash, &Tracer::Entries).map(|traced| traced.map(|traced| traced.trace))
}

pub(crate) fn operations(api: &Api, hash: B256) -> Result<Option<Trace>, RpcError> {
    traced(api, hash, &Tracer::Operations).map(|traced| traced.map(|traced| traced.trace))
}

pub(crate) fn error(api: &Api, hash: B256) -> Result<Option<Bytes>, RpcError> {
    Ok(traced(api, hash, &Tracer::Noop)?.map(|traced| match traced.outcome {
        Simulated::Revert { output, .. } => output,
        Simulated::Success { .. } | Simulated::Halt { .. } => Bytes::new(),
    }))
}

fn traced(api: &Api, hash: B256, tracer: &Tracer) -> Result<Option<Traced>, RpcError> {
    traces::of_transaction(api, hash, tracer, &api.cancel())
}

/// The transaction of a block after which an account has code.
fn making<'b>(
    view: &HeadView<'_>,
    block: &'b Arc<Block>,
    address: Address,
) -> Result<Option<(usize, &'b RecoveredTx)>, RpcError> {
    let number = block.number();
    let changes = view.account_changes(address, number..=number, block.transactions.len().saturating_add(1))?;
    // The last change that found it without code gave it some, or nothing did before the end of the block.
    let without = |change: &&zx_chain::Changed<Option<zx_primitives::AccountInfo>>| {
        change.before.is_none_or(|account| account.code_hash == KECCAK256_EMPTY)
    };
    let place = changes.iter().rfind(without).map(|change| change.transaction as usize);
    Ok(place.and_then(|place| Some((place, block.transactions.get(place)?))))
}
