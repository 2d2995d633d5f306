//! Accounts: balance, nonce, code, storage; and which of their states are kept.

use crate::{Api, error::RpcError};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U64, U256};
use alloy_serde::JsonStorageKey;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use zx_chain::{HeadView, StateAt, TrieAccount};
use zx_primitives::{AccountInfo, StateReader};

/// Slots that one request may ask for; geth's bound.
pub(crate) const MAX_SLOTS: usize = 1_024;

/// Height of the block that a parameter names; the head if it names none.
pub(crate) fn height(view: &HeadView<'_>, id: Option<BlockId>) -> Result<u64, RpcError> {
    view.resolve(id.unwrap_or_default())?.ok_or_else(|| RpcError::server("header not found"))
}

/// The state after a block.
pub(crate) fn state_at<'v, 'a>(view: &'v HeadView<'a>, number: u64) -> Result<StateAt<'v, 'a>, RpcError> {
    match view.first_state() {
        first if number < first => Err(RpcError::server(format!(
            "the state of block {number} is not kept: history begins at block {first}, the head is {}; \
             a node with --history archive keeps all",
            view.head.number()
        ))),
        _ => Ok(view.state(number)),
    }
}

/// An account after the block that a parameter names.
fn info(view: &HeadView<'_>, address: Address, id: Option<BlockId>) -> Result<Option<AccountInfo>, RpcError> {
    Ok(state_at(view, height(view, id)?)?.account(address)?)
}

/// Code of an account; empty if it has none.
pub(crate) fn code_of(view: &HeadView<'_>, account: Option<AccountInfo>) -> Result<Bytes, RpcError> {
    match account {
        Some(account) if account.code_hash != KECCAK256_EMPTY => Ok(view.head_state().code(account.code_hash)?),
        _ => Ok(Bytes::new()),
    }
}

pub(crate) fn balance(api: &Api, address: Address, block: Option<BlockId>) -> Result<U256, RpcError> {
    Ok(info(&api.chain.view()?, address, block)?.map_or(U256::ZERO, |account| account.balance))
}

/// The pending nonce counts what waits: clients number their next transaction by it.
pub(crate) fn nonce(api: &Api, address: Address, block: Option<BlockId>) -> Result<U64, RpcError> {
    if block == Some(BlockId::Number(BlockNumberOrTag::Pending)) {
        return Ok(U64::from(api.chain.next_nonce(address)?));
    }
    Ok(U64::from(info(&api.chain.view()?, address, block)?.map_or(0, |account| account.nonce)))
}

pub(crate) fn code(api: &Api, address: Address, block: Option<BlockId>) -> Result<Bytes, RpcError> {
    let view = api.chain.view()?;
    let account = info(&view, address, block)?;
    code_of(&view, account)
}

pub(crate) fn storage(
    api: &Api,
    address: Address,
    slot: JsonStorageKey,
    block: Option<BlockId>,
) -> Result<B256, RpcError> {
    let view = api.chain.view()?;
    let value = state_at(&view, height(&view, block)?)?.storage(address, slot.as_b256().into())?;
    Ok(value.into())
}

pub(crate) fn storage_values(
    api: &Api,
    requests: BTreeMap<Address, Vec<JsonStorageKey>>,
    block: Option<BlockId>,
) -> Result<BTreeMap<Address, Vec<B256>>, RpcError> {
    let asked: usize = requests.values().map(Vec::len).sum();
    if asked > MAX_SLOTS {
        return Err(RpcError::params(format!("too many slots (max {MAX_SLOTS}): {asked}")));
    }
    let view = api.chain.view()?;
    let state = state_at(&view, height(&view, block)?)?;
    let value = |address, slot: &JsonStorageKey| Ok(state.storage(address, slot.as_b256().into())?.into());
    let all = |(address, slots): (Address, Vec<JsonStorageKey>)| {
        let values: Result<Vec<B256>, RpcError> = slots.iter().map(|slot| value(address, slot)).collect();
        Ok((address, values?))
    };
    requests.into_iter().map(all).collect()
}

/// An account as the trie has it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrieAccountAnswer {
    balance: U256,
    nonce: U64,
    storage_root: B256,
    code_hash: B256,
}

impl From<TrieAccount> for TrieAccountAnswer {
    fn from(account: TrieAccount) -> Self {
        let TrieAccount { nonce, balance, storage_root, code_hash } = account;
        Self { balance, nonce: U64::from(nonce), storage_root, code_hash }
    }
}

pub(crate) fn account(
    api: &Api,
    address: Address,
    block: Option<BlockId>,
) -> Result<Option<TrieAccountAnswer>, RpcError> {
    let view = api.chain.view()?;
    let number = height(&view, block)?;
    state_at(&view, number)?;
    if number < view.first_proof() {
        let first = view.first_proof();
        return Err(RpcError::server(format!(
            "no proofs for block {number}: storage roots are kept from block {first} on; eth_getAccountInfo has the rest"
        )));
    }
    Ok(view.trie_account(number, address)?.map(Into::into))
}

pub(crate) fn account_info(api: &Api, address: Address, block: Option<BlockId>) -> Result<Value, RpcError> {
    let view = api.chain.view()?;
    let account = info(&view, address, block)?;
    let code = code_of(&view, account)?;
    let (balance, nonce) = account.map_or_else(Default::default, |account| (account.balance, account.nonce));
    Ok(json!({ "balance": balance, "nonce": U64::from(nonce), "code": code }))
}

pub(crate) fn capabilities(api: &Api) -> Result<Value, RpcError> {
    let view = api.chain.view()?;
    let from = |first: u64| json!({ "disabled": false, "oldestBlock": U64::from(first) });
    let blocks = from(view.first_block()?);
    Ok(json!({
        "head": { "number": U64::from(view.head.number()), "hash": view.head.hash },
        "state": from(view.first_state()),
        "stateproofs": from(view.first_proof()),
        "tx": blocks,
        "logs": blocks,
        "receipts": blocks,
        "blocks": blocks,
    }))
}
