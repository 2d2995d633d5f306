//! What gas costs, and has cost.

use crate::{Api, error::RpcError};
use alloy_consensus::Transaction;
use alloy_eips::BlockNumberOrTag;
use alloy_primitives::U64;
use alloy_rpc_types_eth::FeeHistory;
use serde::Deserialize;
use zx_chain::HeadView;
use zx_primitives::{Block, Receipt};

/// Tip that is suggested, in wei a gas: geth's least, which a chain without congestion needs no more than.
pub(crate) const SUGGESTED_TIP: u64 = 1_000_000_000;
/// Blocks that a fee history may span; geth's bound.
const MAX_BLOCKS: u64 = 1_024;
/// Percentiles of a fee history; geth's bound.
const MAX_PERCENTILES: usize = 100;

pub(crate) fn tip(_: &Api) -> Result<U64, RpcError> {
    Ok(U64::from(SUGGESTED_TIP))
}

pub(crate) fn gas_price(api: &Api) -> Result<U64, RpcError> {
    Ok(U64::from(api.chain.next_base_fee().saturating_add(SUGGESTED_TIP)))
}

/// A count that comes as a quantity or, from some clients, as a number.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Count {
    Quantity(U64),
    Number(u64),
}

pub(crate) fn history(
    api: &Api,
    count: Count,
    newest: BlockNumberOrTag,
    percentiles: Option<Vec<f64>>,
) -> Result<FeeHistory, RpcError> {
    let count = match count {
        Count::Quantity(count) => count.to::<u64>(),
        Count::Number(count) => count,
    };
    check_percentiles(percentiles.as_deref().unwrap_or_default())?;
    let view = api.chain.view()?;
    let newest = view.height(newest);
    if newest > view.head.number() {
        let head = view.head.number();
        return Err(RpcError::server(format!("request beyond head block: requested {newest}, head {head}")));
    }
    let count = count.min(MAX_BLOCKS).min(newest + 1);
    gather(api, &view, newest + 1 - count, newest, count, percentiles.as_deref())
}

fn check_percentiles(percentiles: &[f64]) -> Result<(), RpcError> {
    if percentiles.len() > MAX_PERCENTILES {
        let message = format!("too many percentiles: {}, limit {MAX_PERCENTILES}", percentiles.len());
        return Err(RpcError::params(message));
    }
    let in_range = percentiles.iter().all(|p| (0.0..=100.0).contains(p));
    if !in_range || !percentiles.is_sorted() {
        return Err(RpcError::params("invalid reward percentile: they go up, from 0 to 100"));
    }
    Ok(())
}

fn gather(
    api: &Api,
    view: &HeadView<'_>,
    oldest: u64,
    newest: u64,
    count: u64,
    percentiles: Option<&[f64]>,
) -> Result<FeeHistory, RpcError> {
    let mut history =
        FeeHistory { oldest_block: oldest, reward: percentiles.map(|_| Vec::new()), ..Default::default() };
    if count == 0 {
        return Ok(history);
    }
    let mut next_base_fee = 0;
    for number in oldest..=newest {
        let Some(block) = view.block(number.into())? else { continue };
        let header = &block.header;
        history.base_fee_per_gas.push(header.base_fee_per_gas.unwrap_or_default().into());
        history.gas_used_ratio.push(header.gas_used as f64 / header.gas_limit.max(1) as f64);
        history.base_fee_per_blob_gas.push(1);
        history.blob_gas_used_ratio.push(0.0);
        next_base_fee = header.next_block_base_fee(api.chain.spec().base_fee).unwrap_or_default();
        if let (Some(rows), Some(percentiles)) = (&mut history.reward, percentiles) {
            rows.push(rewards(&block, &view.receipts(number)?, percentiles));
        }
    }
    history.base_fee_per_gas.push(next_base_fee.into());
    history.base_fee_per_blob_gas.push(1);
    Ok(history)
}

/// The tip at each percentile of the block's gas; zeros if it is empty.
fn rewards(block: &Block, receipts: &[Receipt], percentiles: &[f64]) -> Vec<u128> {
    let base_fee = block.header.base_fee_per_gas.unwrap_or_default();
    let mut before = 0;
    let mut tips: Vec<(u128, u64)> = block
        .transactions
        .iter()
        .zip(receipts)
        .map(|(tx, receipt)| {
            let gas = receipt.cumulative_gas_used.saturating_sub(before);
            before = receipt.cumulative_gas_used;
            (tx.inner().effective_tip_per_gas(base_fee).unwrap_or_default(), gas)
        })
        .collect();
    tips.sort_unstable();
    let at = |percentile: &f64| {
        let threshold = (block.header.gas_used as f64 * percentile / 100.0) as u64;
        let mut sum = 0u64;
        let found = tips.iter().find(|(_, gas)| {
            sum = sum.saturating_add(*gas);
            sum >= threshold
        });
        found.or(tips.last()).map_or(0, |(tip, _)| *tip)
    };
    percentiles.iter().map(at).collect()
}
