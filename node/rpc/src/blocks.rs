//! Blocks, transactions, receipts.

use crate::{Api, convert, error::RpcError};
use alloy_eips::{BlockId, BlockNumberOrTag, eip1898::LenientBlockNumberOrTag, eip2718::Encodable2718};
use alloy_primitives::{Address, B256, Bytes, U64};
use alloy_rpc_types_eth::{Header, Transaction, TransactionReceipt};
use std::sync::Arc;
use zx_chain::HeadView;
use zx_primitives::{Block, RecoveredTx, StateReader, Tx};

type RpcTransaction = Transaction<Tx>;

fn block(api: &Api, id: impl Into<BlockId>) -> Result<Option<Arc<Block>>, RpcError> {
    Ok(api.chain.view()?.block(id.into())?)
}

pub(crate) fn by_number(
    api: &Api,
    number: BlockNumberOrTag,
    full: Option<bool>,
) -> Result<Option<convert::RpcBlock>, RpcError> {
    Ok(block(api, number)?.map(|block| convert::block(&block, full.unwrap_or_default())))
}

pub(crate) fn by_hash(api: &Api, hash: B256, full: Option<bool>) -> Result<Option<convert::RpcBlock>, RpcError> {
    Ok(block(api, hash)?.map(|block| convert::block(&block, full.unwrap_or_default())))
}

/// Explorers send heights as plain numbers.
pub(crate) fn header_by_number(api: &Api, number: LenientBlockNumberOrTag) -> Result<Option<Header>, RpcError> {
    Ok(block(api, number.into_inner())?.map(|block| convert::header(&block)))
}

pub(crate) fn header_by_hash(api: &Api, hash: B256) -> Result<Option<Header>, RpcError> {
    Ok(block(api, hash)?.map(|block| convert::header(&block)))
}

pub(crate) fn count(api: &Api, id: BlockId) -> Result<Option<U64>, RpcError> {
    Ok(block(api, id)?.map(|block| U64::from(block.transactions.len())))
}

pub(crate) fn count_by_number(api: &Api, number: BlockNumberOrTag) -> Result<Option<U64>, RpcError> {
    count(api, number.into())
}

pub(crate) fn count_by_hash(api: &Api, hash: B256) -> Result<Option<U64>, RpcError> {
    count(api, hash.into())
}

pub(crate) fn uncles_by_number(api: &Api, number: BlockNumberOrTag) -> Result<Option<U64>, RpcError> {
    Ok(block(api, number)?.map(|_| U64::ZERO))
}

pub(crate) fn uncles_by_hash(api: &Api, hash: B256) -> Result<Option<U64>, RpcError> {
    Ok(block(api, hash)?.map(|_| U64::ZERO))
}

fn nth(block: Option<Arc<Block>>, index: U64) -> Option<RpcTransaction> {
    convert::transaction(&*block?, index.saturating_to())
}

pub(crate) fn transaction_by_number_and_index(
    api: &Api,
    number: BlockNumberOrTag,
    index: U64,
) -> Result<Option<RpcTransaction>, RpcError> {
    Ok(nth(block(api, number)?, index))
}

pub(crate) fn transaction_by_hash_and_index(
    api: &Api,
    hash: B256,
    index: U64,
) -> Result<Option<RpcTransaction>, RpcError> {
    Ok(nth(block(api, hash)?, index))
}

fn nth_raw(block: Option<Arc<Block>>, index: U64) -> Option<Bytes> {
    Some(raw(block?.transactions.get(index.saturating_to::<usize>())?))
}

fn raw(tx: &RecoveredTx) -> Bytes {
    tx.inner().encoded_2718().into()
}

pub(crate) fn raw_by_number_and_index(
    api: &Api,
    number: BlockNumberOrTag,
    index: U64,
) -> Result<Option<Bytes>, RpcError> {
    Ok(nth_raw(block(api, number)?, index))
}

pub(crate) fn raw_by_hash_and_index(api: &Api, hash: B256, index: U64) -> Result<Option<Bytes>, RpcError> {
    Ok(nth_raw(block(api, hash)?, index))
}

/// What `mined` makes of a transaction in a block, or `waits` of one that waits.
fn anywhere<T>(
    api: &Api,
    hash: B256,
    mined: impl Fn(&Block, usize) -> Option<T>,
    waits: impl Fn(RecoveredTx) -> T,
) -> Result<Option<T>, RpcError> {
    let in_block = || -> Result<_, RpcError> {
        let found = api.chain.view()?.transaction(hash)?;
        Ok(found.and_then(|found| mined(&found.block, found.index)))
    };
    if let Some(found) = in_block()? {
        return Ok(Some(found));
    }
    match api.chain.waiting(&hash) {
        Some(waiting) => Ok(Some(waits(waiting))),
        // It may have left the pool for a block since the first look.
        None => in_block(),
    }
}

pub(crate) fn transaction(api: &Api, hash: B256) -> Result<Option<RpcTransaction>, RpcError> {
    anywhere(api, hash, convert::transaction, convert::waiting)
}

pub(crate) fn raw_transaction(api: &Api, hash: B256) -> Result<Option<Bytes>, RpcError> {
    anywhere(api, hash, |block, index| block.transactions.get(index).map(raw), |tx| raw(&tx))
}

pub(crate) fn transaction_by_sender_and_nonce(
    api: &Api,
    sender: Address,
    nonce: U64,
) -> Result<Option<RpcTransaction>, RpcError> {
    let nonce = nonce.to::<u64>();
    if let Some((block, index)) = find_by_nonce(&api.chain.view()?, sender, nonce)? {
        return Ok(convert::transaction(&block, index));
    }
    Ok(crate::txpool::waiting_of(api, sender, nonce).map(convert::waiting))
}

/// The block in which a sender has used a nonce, found by halving: the nonce in the state only goes up.
pub(crate) fn find_by_nonce(
    view: &HeadView<'_>,
    sender: Address,
    nonce: u64,
) -> Result<Option<(Arc<Block>, usize)>, RpcError> {
    let used_after = |number: u64| -> Result<bool, RpcError> {
        Ok(view.state(number).account(sender)?.is_some_and(|account| account.nonce > nonce))
    };
    let (mut before, mut after) = (view.first_state(), view.head.number());
    if !used_after(after)? || used_after(before)? {
        return Ok(None);
    }
    while before + 1 < after {
        let middle = before + (after - before) / 2;
        if used_after(middle)? { after = middle } else { before = middle }
    }
    let Some(block) = view.block(after.into())? else { return Ok(None) };
    // A contract's nonce counts what it has made, and belongs to no transaction of its own.
    let is_it = |tx: &RecoveredTx| tx.signer() == sender && alloy_consensus::Transaction::nonce(tx.inner()) == nonce;
    let index = block.transactions.iter().position(is_it);
    Ok(index.map(|index| (block, index)))
}

pub(crate) fn receipt(api: &Api, hash: B256) -> Result<Option<TransactionReceipt>, RpcError> {
    let view = api.chain.view()?;
    let Some(found) = view.transaction(hash)? else { return Ok(None) };
    let receipts = view.receipts(found.block.number())?;
    Ok(convert::receipt(&found.block, &receipts, found.index))
}

pub(crate) fn receipts(api: &Api, id: BlockId) -> Result<Option<Vec<TransactionReceipt>>, RpcError> {
    let view = api.chain.view()?;
    let Some(block) = view.block(id)? else { return Ok(None) };
    let receipts = view.receipts(block.number())?;
    Ok(Some((0..receipts.len()).filter_map(|index| convert::receipt(&block, &receipts, index)).collect()))
}
