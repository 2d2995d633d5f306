//! `debug_trace*`, `trace_*` ([`parity`]), and what others know of traces: which transactions run again, on what, and for how long.

mod config;
pub(crate) mod parity;

pub(crate) use config::{CallOptions, Options};

use crate::{
    Api,
    calls::with_call,
    error::{RpcError, code},
    overrides::BlockWanted,
};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::B256;
use alloy_rpc_types_eth::TransactionRequest;
use serde::Serialize;
use std::sync::Arc;
use zx_chain::{Cancel, Found, HeadView, Trace, TraceError, Traced, Tracer, Wanted};
use zx_primitives::Block;

/// A transaction of a block with its trace.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BlockTrace {
    tx_hash: B256,
    result: Trace,
}

pub(crate) fn transaction(api: &Api, hash: B256, options: Option<Options>) -> Result<Trace, RpcError> {
    let options = options.unwrap_or_default();
    let (tracer, cancel) = (options.tracer()?, options.cancel(api)?);
    let traced = of_transaction(api, hash, &tracer, &cancel)?;
    traced.map(|traced| traced.trace).ok_or_else(|| RpcError::server("transaction not found"))
}

pub(crate) fn block_by_number(
    api: &Api,
    number: BlockNumberOrTag,
    options: Option<Options>,
) -> Result<Vec<BlockTrace>, RpcError> {
    let name = || match number {
        BlockNumberOrTag::Number(number) => format!("block #{number} not found"),
        tag => format!("block {tag} not found"),
    };
    of_block(api, number.into(), options.unwrap_or_default(), name)
}

pub(crate) fn block_by_hash(api: &Api, hash: B256, options: Option<Options>) -> Result<Vec<BlockTrace>, RpcError> {
    of_block(api, hash.into(), options.unwrap_or_default(), || format!("block {hash} not found"))
}

fn of_block(
    api: &Api,
    id: BlockId,
    options: Options,
    missing: impl Fn() -> String,
) -> Result<Vec<BlockTrace>, RpcError> {
    let (tracer, cancel) = (options.tracer()?, options.cancel(api)?);
    let view = api.chain.view()?;
    let block = view.block(id)?.ok_or_else(|| RpcError::server(missing()))?;
    if block.number() == 0 {
        return Err(RpcError::server("genesis is not traceable"));
    }
    let traces = replay(api, &view, &block, Wanted::All, &tracer, &cancel)?;
    let named = block.transactions.iter().zip(traces);
    Ok(named.map(|(tx, traced)| BlockTrace { tx_hash: *tx.inner().tx_hash(), result: traced.trace }).collect())
}

pub(crate) fn call(
    api: &Api,
    request: TransactionRequest,
    block: Option<BlockId>,
    options: Option<CallOptions>,
) -> Result<Trace, RpcError> {
    let CallOptions { options, state_overrides, block_overrides, tx_index } = options.unwrap_or_default();
    if tx_index.is_some() {
        return Err(RpcError::params(
            "txIndex: calls are traced on the state after a block; trace the transaction itself instead",
        ));
    }
    let (tracer, cancel) = (options.tracer()?, options.cancel(api)?);
    let bytes = api.limits.trace;
    with_call(api, request, block, (state_overrides, block_overrides.map(BlockWanted)), |on| {
        let traced = on.view.trace_call(on.state, on.header, on.call, &tracer, bytes, &cancel);
        Ok(traced?.trace)
    })
}

/// A transaction that is in a block, run again.
pub(crate) fn of_transaction(
    api: &Api,
    hash: B256,
    tracer: &Tracer,
    cancel: &Cancel,
) -> Result<Option<Traced>, RpcError> {
    let view = api.chain.view()?;
    let Some(Found { block, index }) = view.transaction(hash)? else { return Ok(None) };
    Ok(replay(api, &view, &block, Wanted::One(index), tracer, cancel)?.pop())
}

pub(crate) fn replay(
    api: &Api,
    view: &HeadView<'_>,
    block: &Arc<Block>,
    wanted: Wanted,
    tracer: &Tracer,
    cancel: &Cancel,
) -> Result<Vec<Traced>, RpcError> {
    let (number, first) = (block.number(), view.first_state());
    if number <= first {
        return Err(RpcError::new(
            code::PRUNED,
            format!(
                "pruned history unavailable: a trace of block {number} runs on the state after block {}, and states \
                 are kept from block {first} on; a node with --history archive keeps all",
                number.saturating_sub(1)
            ),
        ));
    }
    Ok(view.trace_block(block, wanted, tracer, api.limits.trace, cancel)?)
}

impl From<TraceError> for RpcError {
    fn from(error: TraceError) -> Self {
        match error {
            TraceError::Tx(error) => error.into(),
            TraceError::TooLarge { .. } => Self::server(format!(
                "{error}; ask for less: struct logs with limit or disableStack, callTracer with onlyTopCall, or one \
                 transaction instead of a block"
            )),
        }
    }
}
