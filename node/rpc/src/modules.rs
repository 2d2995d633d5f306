//! `zx_getModule`.

use crate::{
    Api,
    error::RpcError,
    state::{code_of, height, state_at},
    wasm,
};
use alloy_eips::BlockId;
use alloy_primitives::{Address, U64};
use serde_json::{Value, json};
use zx_chain::{BUILD_SECTION, LAYOUT_SECTION, deploy::module_of};
use zx_primitives::StateReader;

pub(crate) fn get(api: &Api, address: Address, block: Option<BlockId>) -> Result<Option<Value>, RpcError> {
    let view = api.chain.view()?;
    let account = state_at(&view, height(&view, block)?)?.account(address)?;
    let code = code_of(&view, account)?;
    let (Some(account), Some(module)) = (account, module_of(&code)) else { return Ok(None) };
    let contents = wasm::contents(module);
    let (memory, disk) = api.chain.holds_module(account.code_hash);
    Ok(Some(json!({
        "address": address,
        "codeHash": account.code_hash,
        "moduleBytes": U64::from(module.len()),
        "moduleBytesLimit": U64::from(api.chain.spec().modules.module_bytes),
        "imports": contents.imports,
        "exports": contents.exports,
        "functions": contents.functions,
        "memory": contents.memory,
        "sections": contents.sections,
        "abi": wasm::json_section(module, zx_chain::ABI_SECTION),
        "layout": wasm::json_section(module, LAYOUT_SECTION),
        "build": wasm::json_section(module, BUILD_SECTION),
        "compiled": { "memory": memory, "disk": disk },
    })))
}
