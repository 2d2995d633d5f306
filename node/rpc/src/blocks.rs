//! Blocks, transactions, receipts.

use crate::{
    Api, convert,
    error::RpcError,
    jsonrpc::Params,
    methods::{encode, quantity},
};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{B256, U64};
use serde_json::Value;
use std::sync::Arc;
use zx_primitives::Block;

fn block(api: &Api, id: impl Into<BlockId>) -> Result<Option<Arc<Block>>, RpcError> {
    Ok(api.chain.view()?.block(id.into())?)
}

fn show(block: Option<Arc<Block>>, full: bool) -> Result<Value, RpcError> {
    encode(block.map(|block| convert::block(&block, full)))
}

pub(crate) fn by_number(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let (number, full): (BlockNumberOrTag, _) = (params.required(0)?, params.optional(1)?.unwrap_or_default());
    show(block(api, number)?, full)
}

pub(crate) fn by_hash(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let (hash, full): (B256, _) = (params.required(0)?, params.optional(1)?.unwrap_or_default());
    show(block(api, hash)?, full)
}

fn count(block: Option<Arc<Block>>) -> Result<Value, RpcError> {
    block.map_or(Ok(Value::Null), |block| quantity(block.transactions.len() as u64))
}

pub(crate) fn count_by_number(api: &Api, params: &Params) -> Result<Value, RpcError> {
    count(block(api, params.required::<BlockNumberOrTag>(0)?)?)
}

pub(crate) fn count_by_hash(api: &Api, params: &Params) -> Result<Value, RpcError> {
    count(block(api, params.required::<B256>(0)?)?)
}

fn nth(block: Option<Arc<Block>>, params: &Params) -> Result<Value, RpcError> {
    let index = params.required::<U64>(1)?.saturating_to::<usize>();
    encode(block.and_then(|block| convert::transaction(&block, index)))
}

pub(crate) fn transaction_by_number_and_index(api: &Api, params: &Params) -> Result<Value, RpcError> {
    nth(block(api, params.required::<BlockNumberOrTag>(0)?)?, params)
}

pub(crate) fn transaction_by_hash_and_index(api: &Api, params: &Params) -> Result<Value, RpcError> {
    nth(block(api, params.required::<B256>(0)?)?, params)
}

pub(crate) fn transaction(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let hash = params.required(0)?;
    let mined = || -> Result<_, RpcError> {
        let found = api.chain.view()?.transaction(hash)?;
        Ok(found.and_then(|found| convert::transaction(&found.block, found.index)))
    };
    if let Some(mined) = mined()? {
        return encode(mined);
    }
    match api.chain.waiting(&hash) {
        Some(waiting) => encode(convert::waiting(waiting)),
        // It may have left the pool for a block since the first look.
        None => encode(mined()?),
    }
}

pub(crate) fn receipt(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let view = api.chain.view()?;
    let Some(found) = view.transaction(params.required(0)?)? else { return Ok(Value::Null) };
    let receipts = view.receipts(found.block.number())?;
    encode(convert::receipt(&found.block, &receipts, found.index))
}

pub(crate) fn receipts(api: &Api, params: &Params) -> Result<Value, RpcError> {
    let view = api.chain.view()?;
    let Some(block) = view.block(params.required(0)?)? else { return Ok(Value::Null) };
    let receipts = view.receipts(block.number())?;
    let all: Vec<_> = (0..receipts.len()).filter_map(|index| convert::receipt(&block, &receipts, index)).collect();
    encode(all)
}
