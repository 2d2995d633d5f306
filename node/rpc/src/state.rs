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
use zx_chain::{HeadView, StateAt};
use zx_primitives::{AccountInfo, StateReader};

/// Height of the block that a parameter names; the head if it names none.
pub(crate) fn height(view: &HeadView<'_>, params: &Params, at: usize) -> Result<u64, RpcError> {
    let id = params.optional::<BlockId>(at)?.unwrap_or_default();
    view.resolve(id)?.ok_or_else(|| RpcError::server("header not found"))
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

/// The account that the first parameter names, at the block that another names.
fn account(view: &HeadView<'_>, params: &Params) -> Result<Option<AccountInfo>, RpcError> {
    let address: Address = params.required(0)?;
    Ok(state_at(view, height(view, params, 1)?)?.account(address)?)
}

pub(crate) fn balance(api: &Api, params: &Params) -> Result<Value, RpcError> {
    encode(account(&api.chain.view()?, params)?.map_or(U256::ZERO, |account| account.balance))
}

/// The pending nonce counts what waits: clients number their next transaction by it.
pub(crate) fn nonce(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let address: Address = params.required(0)?;
    if params.optional::<BlockId>(1)? == Some(BlockId::Number(BlockNumberOrTag::Pending)) {
        return quantity(api.chain.next_nonce(address)?);
    }
    quantity(account(&api.chain.view()?, params)?.map_or(0, |account| account.nonce))
}

pub(crate) fn code(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let view = api.chain.view()?;
    let code = match account(&view, params)? {
        Some(account) if account.code_hash != alloy_primitives::KECCAK256_EMPTY => {
            view.head_state().code(account.code_hash)?
        }
        _ => Bytes::new(),
    };
    encode(code)
}

pub(crate) fn storage(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let address: Address = params.required(0)?;
    let slot: U256 = params.required(1)?;
    let view = api.chain.view()?;
    let value = state_at(&view, height(&view, params, 2)?)?.storage(address, slot)?;
    encode(B256::from(value))
}
