//! `eth_call` and `eth_estimateGas`.

use crate::{
    Api,
    error::RpcError,
    jsonrpc::Params,
    methods::{encode, quantity},
    state::{height, state_at},
};
use alloy_primitives::TxKind;
use alloy_rpc_types_eth::TransactionRequest;
use serde_json::Value;
use zx_chain::{CallEnv, HeadView, Simulated, StateAt};
use zx_primitives::Block;

/// The call that a request describes.
fn call_env(api: &Api, request: TransactionRequest) -> Result<CallEnv, RpcError> {
    if request.gas_price.is_some() && (request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some())
    {
        let message = "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified";
        return Err(RpcError::params(message));
    }
    if request.blob_versioned_hashes.is_some() || request.authorization_list.is_some() {
        return Err(RpcError::params("blobs and authorizations have no place in a call on this node"));
    }
    let data = request
        .input
        .try_into_unique_input()
        .map_err(|_| RpcError::params("both \"data\" and \"input\" are set and not equal: set one of them"))?;
    Ok(CallEnv {
        from: request.from.unwrap_or_default(),
        to: request.to.unwrap_or(TxKind::Create),
        gas: request.gas.map(|gas| gas.min(api.limits.gas)),
        gas_price: request.gas_price.or(request.max_fee_per_gas),
        value: request.value.unwrap_or_default(),
        data: data.unwrap_or_default(),
        access_list: request.access_list.unwrap_or_default(),
    })
}

/// Reads the call, and asks `run` for what it does in the block that is named, on the state after it.
fn with_call<T>(
    api: &Api,
    params: &Params,
    run: impl FnOnce(&HeadView<'_>, &StateAt<'_, '_>, &Block, &CallEnv) -> Result<T, RpcError>,
) -> Result<T, RpcError> {
    let request: TransactionRequest = params.required(0)?;
    if let Some(id) = request.chain_id.filter(|id| *id != api.chain.spec().chain_id) {
        return Err(RpcError::params(format!("chainId is {id}, this chain is {}", api.chain.spec().chain_id)));
    }
    let call = call_env(api, request)?;
    if params.optional::<Value>(2)?.is_some_and(|overrides| overrides != Value::Object(Default::default())) {
        return Err(RpcError::params("invalid argument 2: this node does not take state overrides"));
    }
    if params.optional::<Value>(3)?.is_some_and(|overrides| overrides != Value::Object(Default::default())) {
        return Err(RpcError::params("invalid argument 3: this node does not take block overrides"));
    }
    let view = api.chain.view()?;
    let number = height(&view, params, 1)?;
    let state = state_at(&view, number)?;
    if call.to.is_create() {
        // A receipt has no room for what is wrong with a module; here it can be said.
        view.check_deployment(&call.data).map_err(|refusal| RpcError::server(refusal.to_string()))?;
    }
    let block = view.block(number.into())?.ok_or_else(|| RpcError::server("header not found"))?;
    run(&view, &state, &block, &call)
}

pub(crate) fn call(api: &Api, params: &Params) -> Result<Value, RpcError> {
    match with_call(api, params, |view, state, block, call| Ok(view.call(state, block, call)?))? {
        Simulated::Success { output, .. } => encode(output),
        Simulated::Revert { output, .. } => Err(RpcError::reverted(&output)),
        Simulated::Halt { reason, .. } => Err(RpcError::server(reason)),
    }
}

pub(crate) fn estimate_gas(api: &Api, params: &Params) -> Result<Value, RpcError> {
    quantity(with_call(api, params, |view, state, block, call| Ok(view.estimate_gas(state, block, call)?))?)
}
