//! `zx_getModule`, `zx_getCodeByHash`.

use crate::{
    Api,
    error::RpcError,
    program,
    state::{height, state_at},
    wasm,
};
use alloy_eips::BlockId;
use alloy_primitives::{Address, B256, Bytes, U64};
use serde_json::{Value, json};
use zx_chain::{BUILD_SECTION, LAYOUT_SECTION};
use zx_primitives::StateReader;

pub(crate) fn get(api: &Api, address: Address, block: Option<BlockId>) -> Result<Option<Value>, RpcError> {
    let view = api.chain.view()?;
    let account = state_at(&view, height(&view, block)?)?.account(address)?;
    let (Some(account), Some(program)) = (account, program::of(&view, account)?) else { return Ok(None) };
    let (module, program_hash) = (program.module(), program.hash());
    let contents = wasm::contents(module);
    let (memory, disk) = api.chain.holds_module(program_hash);
    Ok(Some(json!({
        "address": address,
        "codeHash": account.code_hash,
        "programHash": program_hash,
        "templateHash": program.template,
        "immutables": program.immutables,
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

/// Code that an account has, or has had, on the chain.
pub(crate) fn code(api: &Api, hash: B256) -> Result<Option<Bytes>, RpcError> {
    Ok(api.chain.view()?.head_state().code(hash).ok())
}
