//! `eth_call` and `eth_estimateGas`, and what every simulated call has in common.

use crate::{
    Api,
    error::RpcError,
    overrides::{self, BlockWanted},
    state::{height, state_at},
};
use alloy_consensus::Header;
use alloy_eips::BlockId;
use alloy_primitives::{Bytes, TxKind, U64};
use alloy_rpc_types_eth::{TransactionRequest, state::StateOverride};
use zx_chain::{CallEnv, Cancel, HeadView, Overlay, Simulated};

/// The call that a request describes.
pub(crate) fn call_env(api: &Api, request: TransactionRequest) -> Result<CallEnv, RpcError> {
    let priced = request.max_fee_per_gas.is_some() || request.max_priority_fee_per_gas.is_some();
    if request.gas_price.is_some() && priced {
        let message = "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified";
        return Err(RpcError::params(message));
    }
    if request.blob_versioned_hashes.is_some() || request.sidecar.is_some() {
        return Err(RpcError::params("transaction type not supported: blobs (EIP-4844) have no place on this chain"));
    }
    let own = api.chain.spec().chain_id;
    if let Some(id) = request.chain_id.filter(|id| *id != own) {
        return Err(RpcError::params(format!("chainId does not match node's (have={id}, want={own})")));
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
        priority_fee: request.max_fee_per_gas.and(request.max_priority_fee_per_gas.or(Some(0))),
        value: request.value.unwrap_or_default(),
        data: data.unwrap_or_default(),
        // Who sets a nonce for a call means the transaction to come; it is not held to it.
        nonce: None,
        access_list: request.access_list.unwrap_or_default(),
        authorizations: request.authorization_list.unwrap_or_default(),
    })
}

/// A call with all that it runs on.
pub(crate) struct Running<'v, 'a> {
    pub(crate) view: &'v HeadView<'a>,
    pub(crate) state: &'v Overlay<'v>,
    pub(crate) header: &'v Header,
    pub(crate) call: &'v CallEnv,
    pub(crate) cancel: Cancel,
}

/// Reads the call, and asks `run` for what it does in the block that is named, on the state after it.
pub(crate) fn with_call<T>(
    api: &Api,
    request: TransactionRequest,
    block: Option<BlockId>,
    (accounts, fields): (Option<StateOverride>, Option<BlockWanted>),
    run: impl FnOnce(&Running<'_, '_>) -> Result<T, RpcError>,
) -> Result<T, RpcError> {
    let cancel = api.cancel();
    let call = call_env(api, request)?;
    let view = api.chain.view()?;
    let number = height(&view, block)?;
    let state = state_at(&view, number)?;
    if call.to.is_create() {
        // A receipt has no room for what is wrong with a module; here it can be said.
        view.check_deployment(&call.data).map_err(|refusal| RpcError::server(refusal.to_string()))?;
    }
    let block = view.block(number.into())?.ok_or_else(|| RpcError::server("header not found"))?;
    let mut header = block.header.clone();
    let mut overlay = Overlay::new(&state);
    if let Some(BlockWanted(fields)) = fields {
        overrides::block(&mut header, &mut overlay, fields)?;
    }
    if let Some(accounts) = accounts {
        let changes = overrides::state(&overlay, accounts)?;
        overlay.apply(&changes);
    }
    run(&Running { view: &view, state: &overlay, header: &header, call: &call, cancel })
}

pub(crate) fn call(
    api: &Api,
    request: TransactionRequest,
    block: Option<BlockId>,
    state: Option<StateOverride>,
    fields: Option<BlockWanted>,
) -> Result<Bytes, RpcError> {
    let run = |on: &Running<'_, '_>| Ok(on.view.call(on.state, on.header, on.call, &on.cancel)?);
    output(with_call(api, request, block, (state, fields), run)?)
}

/// What a call returns, or the error that it ends in.
pub(crate) fn output(simulated: Simulated) -> Result<Bytes, RpcError> {
    match simulated {
        Simulated::Success { output, .. } => Ok(output),
        Simulated::Revert { output, .. } => Err(RpcError::reverted(&output)),
        Simulated::Halt { reason, .. } => Err(RpcError::server(reason)),
    }
}

pub(crate) fn estimate_gas(
    api: &Api,
    request: TransactionRequest,
    block: Option<BlockId>,
    state: Option<StateOverride>,
    fields: Option<BlockWanted>,
) -> Result<U64, RpcError> {
    let run = |on: &Running<'_, '_>| Ok(on.view.estimate_gas(on.state, on.header, on.call, &on.cancel)?);
    Ok(U64::from(with_call(api, request, block, (state, fields), run)?))
}
