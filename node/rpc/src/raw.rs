//! Blocks, headers and receipts as their bytes.

use crate::{Api, error::RpcError};
use alloy_consensus::{BlockBody, TxReceipt};
use alloy_eips::{BlockId, eip2718::Encodable2718};
use alloy_primitives::Bytes;
use std::sync::Arc;
use zx_primitives::Block;

fn find(api: &Api, id: BlockId) -> Result<Arc<Block>, RpcError> {
    let found = api.chain.view()?.block(id)?;
    found.ok_or_else(|| RpcError::server(format!("block {id} not found")))
}

pub(crate) fn block(api: &Api, id: BlockId) -> Result<Bytes, RpcError> {
    let block = find(api, id)?;
    let body = BlockBody {
        transactions: block.transactions.iter().map(|tx| tx.inner().clone()).collect(),
        ommers: Vec::new(),
        withdrawals: Some(Default::default()),
    };
    Ok(alloy_rlp::encode(alloy_consensus::Block { header: block.header.clone(), body }).into())
}

pub(crate) fn header(api: &Api, id: BlockId) -> Result<Bytes, RpcError> {
    Ok(alloy_rlp::encode(&find(api, id)?.header).into())
}

pub(crate) fn receipts(api: &Api, id: BlockId) -> Result<Vec<Bytes>, RpcError> {
    let block = find(api, id)?;
    let receipts = api.chain.view()?.receipts(block.number())?;
    Ok(receipts.iter().map(|receipt| receipt.with_bloom_ref().encoded_2718().into()).collect())
}
