//! Accounts: balance, nonce, code, storage.

use crate::{
    Api,
    error::RpcError,
    jsonrpc::Params,
    methods::{encode, quantity},
};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, B256, Bytes, U256};
use serde_json::Value;
use zx_chain::HeadView;
use zx_primitives::{AccountInfo, StateReader};

/// The chain at the block that a parameter names; that block must be the head, whose state is the one that is kept.
pub(crate) fn view_at<'a>(api: &'a Api, params: &Params, at: usize) -> Result<HeadView<'a>, RpcError> {
    let id = params.optional::<BlockId>(at)?.unwrap_or_default();
    let view = api.chain.view();
    let head = view.head.number();
    match view.resolve(id)? {
        Some(number) if number == head => Ok(view),
        Some(number) => Err(RpcError::server(format!(
            "the state of block {number} is not available: this node keeps that of the latest block, {head}"
        ))),
        None => Err(RpcError::server("header not found")),
    }
}

fn account(api: &Api, params: &Params) -> Result<Option<AccountInfo>, RpcError> {
    let address: Address = params.required(0)?;
    Ok(view_at(api, params, 1)?.store.account(address)?)
}

pub(crate) fn balance(api: &Api, params: &Params) -> Result<Value, RpcError> {
    encode(account(api, params)?.map_or(U256::ZERO, |account| account.balance))
}

/// The pending nonce counts what waits: clients number their next transaction by it.
pub(crate) fn nonce(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let address: Address = params.required(0)?;
    if params.optional::<BlockId>(1)? == Some(BlockId::Number(BlockNumberOrTag::Pending)) {
        return quantity(api.chain.next_nonce(address)?);
    }
    quantity(account(api, params)?.map_or(0, |account| account.nonce))
}

pub(crate) fn code(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let address: Address = params.required(0)?;
    let view = view_at(api, params, 1)?;
    let code = match view.store.account(address)? {
        Some(account) if account.code_hash != alloy_primitives::KECCAK256_EMPTY => view.store.code(account.code_hash)?,
        _ => Bytes::new(),
    };
    encode(code)
}

pub(crate) fn storage(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let address: Address = params.required(0)?;
    let slot: U256 = params.required(1)?;
    let value = view_at(api, params, 2)?.store.storage(address, slot)?;
    encode(B256::from(value))
}
