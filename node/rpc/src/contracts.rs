//! `contract_*`: contracts by the names of their actions and arguments.

use crate::{
    Api, abi, accounts,
    calls::{Running, with_call},
    error::RpcError,
    fill,
};
use alloy_eips::BlockId;
use alloy_json_abi::{Function, JsonAbi};
use alloy_primitives::{Address, Bytes, TxKind, U64, U256};
use alloy_rpc_types_eth::TransactionRequest;
use serde::Deserialize;
use serde_json::{Value, json};
use zx_chain::{
    Simulated,
    deploy::{DeployPayload, DeploySource, is_wasm},
};

/// First bytes of every WebAssembly module.
const WASM_MAGIC: &[u8] = b"\0asm";

/// A call of an action.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Call {
    address: Address,
    action: String,
    #[serde(default)]
    args: Value,
    /// In place of the one in the module, or for EVM bytecode, which carries none.
    abi: Option<JsonAbi>,
    #[serde(flatten)]
    terms: Terms,
}

/// A contract to deploy.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Deploy {
    /// A module, a whole deployment without arguments, or EVM init code.
    code: Bytes,
    #[serde(default)]
    args: Value,
    abi: Option<JsonAbi>,
    #[serde(flatten)]
    terms: Terms,
}

/// Who pays for it, and how much.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Terms {
    from: Option<Address>,
    gas: Option<U64>,
    value: Option<U256>,
    nonce: Option<U64>,
}

impl Terms {
    fn request(self, to: TxKind, data: Bytes) -> TransactionRequest {
        TransactionRequest {
            from: self.from,
            to: Some(to),
            gas: self.gas.map(|gas| gas.to()),
            value: self.value,
            nonce: self.nonce.map(|nonce| nonce.to()),
            input: data.into(),
            ..TransactionRequest::default()
        }
    }
}

/// The ABI to speak to a contract with.
fn abi_of(api: &Api, address: Address, given: Option<JsonAbi>) -> Result<JsonAbi, RpcError> {
    if let Some(abi) = given {
        return Ok(abi);
    }
    let view = api.chain.view()?;
    abi::of_account(&view, address)?.ok_or_else(|| {
        RpcError::params(format!(
            "{address} carries no ABI: it is not a WebAssembly contract, or was built without one; give one as \"abi\""
        ))
    })
}

/// What a call is made of.
fn prepare(api: &Api, call: Call) -> Result<(JsonAbi, Function, TransactionRequest), RpcError> {
    let Call { address, action, args, abi, terms } = call;
    let abi = abi_of(api, address, abi)?;
    let function = abi::action(&abi, &action, &args)?.clone();
    let data = abi::calldata(&function, &args)?;
    Ok((abi, function, terms.request(TxKind::Call(address), data)))
}

pub(crate) fn call(api: &Api, call: Call) -> Result<Value, RpcError> {
    let (abi, _, request) = prepare(api, call)?;
    transaction(api, request).map_err(|error| abi::explained(&abi, error))
}

pub(crate) fn deploy(api: &Api, deploy: Deploy) -> Result<Value, RpcError> {
    let Deploy { code, args, abi, terms } = deploy;
    let (code, module_abi) = deployment(api, code)?;
    let abi = abi.or(module_abi).unwrap_or_default();
    let inputs = abi.constructor.as_ref().map(|constructor| constructor.inputs.as_slice()).unwrap_or_default();
    let data = [&code[..], &abi::arguments(inputs, &args)?].concat();
    let mut answer =
        transaction(api, terms.request(TxKind::Create, data.into())).map_err(|error| abi::explained(&abi, error))?;
    if let Value::Object(fields) = &mut answer
        && let Some(made) = fields.get("transaction").and_then(address_made)
    {
        fields.insert("contractAddress".to_owned(), json!(made));
    }
    Ok(answer)
}

/// The address of what a transaction makes.
fn address_made(transaction: &Value) -> Option<Address> {
    let from: Address = serde_json::from_value(transaction.get("from")?.clone()).ok()?;
    let nonce: U64 = serde_json::from_value(transaction.get("nonce")?.clone()).ok()?;
    Some(from.create(nonce.to()))
}

/// What goes before the constructor's arguments, and the ABI that says how they are encoded.
fn deployment(api: &Api, code: Bytes) -> Result<(Bytes, Option<JsonAbi>), RpcError> {
    if code.starts_with(WASM_MAGIC) {
        let abi = abi::of_module(&code);
        return Ok((DeployPayload::of(&code, &[]).encode().into(), abi));
    }
    if !is_wasm(&code) {
        return Ok((code, None));
    }
    match DeployPayload::parse(&code) {
        Some(Ok(payload)) if payload.args.is_empty() => {
            let abi = match payload.source {
                DeploySource::Module(module) => abi::of_module(module),
                DeploySource::Template(template) => abi::of_account(&api.chain.view()?, template.into())?,
            };
            Ok((code, abi))
        }
        Some(Ok(payload)) => {
            let extra = payload.args.len();
            Err(RpcError::params(format!(
                "code: {extra} bytes follow the module or template; arguments go into \"args\""
            )))
        }
        Some(Err(error)) => Err(RpcError::params(format!("code: {error}"))),
        None => Ok((code, None)),
    }
}

/// Sends a transaction if the node signs for its sender; else shows what is to be signed.
fn transaction(api: &Api, request: TransactionRequest) -> Result<Value, RpcError> {
    let from = request.from.ok_or_else(|| RpcError::params("\"from\" is missing: who sends the transaction"))?;
    let filled = fill::fill(api, request)?;
    let shown = filled.to_json()?;
    let hash = match api.signers.has(from) {
        true => Some(accounts::sign_and_send(api, filled)?),
        false => None,
    };
    Ok(json!({ "sent": hash.is_some(), "hash": hash, "transaction": shown }))
}

pub(crate) fn static_call(api: &Api, call: Call, block: Option<BlockId>) -> Result<Value, RpcError> {
    let (abi, function, request) = prepare(api, call)?;
    let run = |on: &Running<'_, '_>| Ok(on.view.call(on.state, on.header, on.call, &on.cancel)?);
    match with_call(api, request, block, (None, None), run)? {
        Simulated::Success { output, gas_used, logs } => {
            let events: Vec<Value> = logs
                .iter()
                .map(|log| json!({ "address": log.address, "event": abi::event(&abi, &log.data) }))
                .collect();
            Ok(json!({
                "action": function.signature(),
                "result": abi::outputs(&function, &output)?,
                "data": output,
                "gasUsed": U64::from(gas_used),
                "events": events,
            }))
        }
        Simulated::Revert { output, .. } => Err(abi::explained(&abi, RpcError::reverted(&output))),
        Simulated::Halt { reason, .. } => Err(RpcError::server(reason)),
    }
}
