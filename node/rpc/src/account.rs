//! An account, as the chain has it.

use crate::{
    Api,
    error::RpcError,
    state::{code_of, height, state_at},
};
use alloy_eips::BlockId;
use alloy_primitives::{Address, KECCAK256_EMPTY, U64};
use serde_json::{Value, json};
use zx_chain::deploy::is_wasm;
use zx_primitives::StateReader;

pub(crate) fn get(api: &Api, address: Address, block: Option<BlockId>) -> Result<Value, RpcError> {
    let view = api.chain.view()?;
    let number = height(&view, block)?;
    let account = state_at(&view, number)?.account(address)?;
    let code = code_of(&view, account)?;
    let (balance, nonce) = account.map_or_else(Default::default, |account| (account.balance, account.nonce));
    let kind = match &code {
        code if code.is_empty() => "key",
        code if is_wasm(code) => "wasm",
        code if code.starts_with(&[0xef, 0x01, 0x00]) => "delegated",
        _ => "evm",
    };
    Ok(json!({
        "address": address,
        "exists": account.is_some(),
        "kind": kind,
        "balance": balance,
        "nonce": U64::from(nonce),
        "codeHash": account.map_or(KECCAK256_EMPTY, |account| account.code_hash),
        "codeBytes": U64::from(code.len()),
        // Below the blocks whose tries are kept nobody knows it.
        "storageRoot": view.trie_account(number, address)?.map(|account| account.storage_root),
    }))
}
