//! `admin_*`.

use crate::{Api, error::RpcError, methods, registry::namespace};
use alloy_eips::BlockNumberOrTag;
use alloy_primitives::U64;
use serde_json::{Value, json};
use std::path::PathBuf;

pub(crate) fn node_info(api: &Api) -> Result<Value, RpcError> {
    let view = api.chain.view()?;
    let genesis = view.block(0.into())?.map(|block| block.hash);
    let chain_id = api.chain.spec().chain_id;
    Ok(json!({
        "name": &*api.version,
        "protocols": {
            "eth": {
                "network": chain_id,
                "genesis": genesis,
                "head": view.head.hash,
                "config": { "chainId": chain_id },
            },
        },
    }))
}

/// Hands an address to the network.
pub(crate) fn add_peer(api: &Api, address: String) -> Result<bool, RpcError> {
    api.status.add_peer(&address).map_err(|why| RpcError::params(format!("invalid argument 0: {why}")))
}

/// Writes a file on the node's machine: for its operator, who may do that anyway.
pub(crate) fn export_chain(
    api: &Api,
    file: PathBuf,
    from: Option<BlockNumberOrTag>,
    to: Option<BlockNumberOrTag>,
) -> Result<Value, RpcError> {
    if !file.is_absolute() {
        let file = file.display();
        return Err(RpcError::params(format!(
            "invalid argument 0: {file} is not an absolute path on the node's machine"
        )));
    }
    let (from, to) = {
        let view = api.chain.view()?;
        (from.map(|tag| view.height(tag)), to.map(|tag| view.height(tag)))
    };
    let exported = api.chain.export(&file, (from, to), false, &mut |_| {})?;
    Ok(json!({
        "file": file,
        "from": U64::from(exported.from),
        "to": U64::from(exported.to),
        "hash": exported.hash,
    }))
}

pub(crate) fn rpc_methods(_: &Api) -> Result<Vec<Value>, RpcError> {
    let describe = |method: &crate::registry::Method, name: &str| {
        let params: Vec<Value> = method
            .params
            .iter()
            .map(|param| json!({ "name": param.name, "shape": param.shape, "required": param.required }))
            .collect();
        json!({
            "name": name,
            "namespace": namespace(name),
            "documentation": method.text(),
            "params": params,
            "result": method.result,
            "nullable": method.nullable,
        })
    };
    let named = methods::all().flat_map(|method| method.names.iter().map(move |name| describe(method, name)));
    Ok(named.collect())
}
