//! `eth_call` and `eth_estimateGas`.

use crate::{
    Api,
    error::RpcError,
    jsonrpc::Params,
    methods::{encode, quantity},
    state::view_at,
};
use alloy_primitives::TxKind;
use alloy_rpc_types_eth::TransactionRequest;
use serde_json::Value;
use zx_chain::{CallEnv, HeadView, Simulated};

/// Gas that a call may use, whatever it asks for.
const GAS_CAP: u64 = 50_000_000;

/// The call that a request describes.
fn call_env(request: TransactionRequest) -> Result<CallEnv, RpcError> {
    if request.gas_price.is_some() && (request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some()) {
        let message = "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified";
        return Err(RpcError::params(message));
    }
    if request.blob_versioned_hashes.is_some() || request.authorization_list.is_some() {
        return Err(RpcError::params("blobs and authorizations have no place in a call on this node"));
    }
    let data = request.input.try_into_unique_input().map_err(|_| {
        RpcError::params("both \"data\" and \"input\" are set and not equal: set one of them")
    })?;
    Ok(CallEnv {
        from: request.from.unwrap_or_default(),
        to: request.to.unwrap_or(TxKind::Create),
        gas: request.gas.map(|gas| gas.min(GAS_CAP)),
        gas_price: request.gas_price.or(request.max_fee_per_gas),
        value: request.value.unwrap_or_default(),
        data: data.unwrap_or_default(),
        access_list: request.access_list.unwrap_or_default(),
    })
}

/// A call, its view, and a clear word about a deployment that can only fail.
fn prepare<'a>(api: &'a Api, params: &Params) -> Result<(HeadView<'a>, CallEnv), RpcError> {
    let call = call_env(params.required(0)?)?;
    if params.optional::<Value>(2)?.is_some_and(|overrides| overrides != Value::Object(Default::default())) {
        return Err(RpcError::params("invalid argument 2: this node does not take state overrides"));
    }
    let view = view_at(api, params, 1)?;
    if call.to.is_create() {
        view.check_deployment(&call.data).map_err(|refusal| RpcError::server(refusal.to_string()))?;
    }
    Ok((view, call))
}

pub(crate) fn call(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let (view, call) = prepare(api, params)?;
    match view.call(&call)? {
        Simulated::Success { output, .. } => encode(output),
        Simulated::Revert { output, .. } => Err(RpcError::reverted(&output)),
        Simulated::Halt { reason, .. } => Err(RpcError::server(reason)),
    }
}

pub(crate) fn estimate_gas(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let (view, call) = prepare(api, params)?;
    quantity(view.estimate_gas(&call)?)
}
