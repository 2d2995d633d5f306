//! Blocks that are asked for, and when the others are made.

use super::amount::Amount;
use crate::{Api, error::RpcError};
use alloy_primitives::{Address, B256, U64};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;
use zx_chain::Pace;

/// What `evm_mine` takes: the time of the block, or an object.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum MineOptions {
    Object { timestamp: Option<Amount>, blocks: Option<Amount> },
    Timestamp(Amount),
}

/// `evm_mine`; its answer is that of anvil and Hardhat.
pub(crate) fn evm_mine(api: &Api, options: Option<MineOptions>) -> Result<&'static str, RpcError> {
    let (timestamp, blocks) = match options {
        None => (None, None),
        Some(MineOptions::Timestamp(timestamp)) => (Some(timestamp), None),
        Some(MineOptions::Object { timestamp, blocks }) => (timestamp, blocks),
    };
    if let Some(timestamp) = timestamp {
        // Hardhat takes a time of zero for none.
        let time = timestamp.small("the timestamp")?;
        if time > 0 {
            api.chain.set_next_time(time)?;
        }
    }
    api.chain.mine(blocks.map_or(Ok(1), |blocks| blocks.small("the number of blocks"))?, None)?;
    Ok("0x0")
}

/// `anvil_mine` and `hardhat_mine`.
pub(crate) fn mine(api: &Api, blocks: Option<Amount>, interval: Option<Amount>) -> Result<(), RpcError> {
    let count = blocks.map_or(Ok(1), |blocks| blocks.small("the number of blocks"))?;
    let interval = interval.map(|interval| interval.small("the interval")).transpose()?.filter(|seconds| *seconds > 0);
    Ok(api.chain.mine(count, interval)?)
}

pub(crate) fn set_automine(api: &Api, on: bool) -> Result<(), RpcError> {
    let pace = match (on, api.chain.pace()) {
        (true, _) => Pace::AtOnce,
        // Blocks that come at an interval go on.
        (false, every @ Pace::Every(_)) => every,
        (false, _) => Pace::OnDemand,
    };
    api.chain.set_pace(pace);
    Ok(())
}

pub(crate) fn automine(api: &Api) -> Result<bool, RpcError> {
    Ok(api.chain.pace() == Pace::AtOnce)
}

/// In seconds, as anvil takes it; 0 makes no blocks by themselves any more.
pub(crate) fn set_interval(api: &Api, seconds: Amount) -> Result<(), RpcError> {
    api.chain.set_pace(match seconds.small("the interval")? {
        0 => Pace::OnDemand,
        seconds => Pace::Every(Duration::from_secs(seconds.min(MAX_INTERVAL))),
    });
    Ok(())
}

/// Seconds from block to block that can be asked for: a day, as `--block-time` has it.
const MAX_INTERVAL: u64 = 86_400;

pub(crate) fn interval(api: &Api) -> Result<Option<u64>, RpcError> {
    Ok(match api.chain.pace() {
        Pace::Every(period) => Some(period.as_secs()),
        Pace::AtOnce | Pace::OnDemand => None,
    })
}

/// Whether blocks are made, and how.
#[derive(Serialize)]
pub(crate) struct Status {
    mining: bool,
    mode: &'static str,
    /// Seconds.
    interval: Option<u64>,
    #[serde(rename = "minerAddress")]
    coinbase: Address,
    #[serde(rename = "blockNumber")]
    head: U64,
    pending: U64,
}

pub(crate) fn status(api: &Api) -> Result<Status, RpcError> {
    let pace = api.chain.pace();
    Ok(Status {
        mining: pace != Pace::OnDemand,
        mode: match pace {
            Pace::AtOnce => "automine",
            Pace::Every(_) => "interval",
            Pace::OnDemand => "manual",
        },
        interval: interval(api)?,
        coinbase: api.chain.coinbase(),
        head: U64::from(api.chain.head().number()),
        pending: U64::from(api.chain.pool_status().pending),
    })
}

/// Makes blocks again: for each transaction, unless they come at an interval.
pub(crate) fn start(api: &Api, _threads: Option<Value>) -> Result<bool, RpcError> {
    if api.chain.pace() == Pace::OnDemand {
        api.chain.set_pace(Pace::AtOnce);
    }
    Ok(true)
}

pub(crate) fn stop(api: &Api) -> Result<bool, RpcError> {
    api.chain.set_pace(Pace::OnDemand);
    Ok(true)
}

pub(crate) fn mine_block(api: &Api) -> Result<Value, RpcError> {
    let block = api.chain.produce(true)?.ok_or_else(|| RpcError::server("no block was made"))?;
    Ok(json!({
        "number": U64::from(block.number()),
        "hash": block.hash,
        "transactions": block.transactions.iter().map(|tx| *tx.inner().tx_hash()).collect::<Vec<B256>>(),
    }))
}

pub(crate) fn set_coinbase(api: &Api, address: Address) -> Result<bool, RpcError> {
    api.chain.control(|controls| controls.coinbase = Some(address));
    Ok(true)
}

pub(crate) fn set_next_base_fee(api: &Api, fee: Amount) -> Result<(), RpcError> {
    api.chain.set_next_base_fee(fee.small("the base fee")?);
    Ok(())
}

pub(crate) fn set_randao(api: &Api, value: Amount) -> Result<(), RpcError> {
    api.chain.control(|controls| controls.randao = Some(value.0.into()));
    Ok(())
}

/// Not above what the chain has: the pool and the executor hold transactions to that.
pub(crate) fn set_gas_limit(api: &Api, limit: Amount) -> Result<bool, RpcError> {
    let (limit, most) = (limit.small("the gas limit")?, api.chain.spec().block_gas_limit);
    if !(21_000..=most).contains(&limit) {
        return Err(RpcError::params(format!(
            "invalid argument 0: a block's gas limit is 21000 to {most}, not {limit}"
        )));
    }
    api.chain.control(|controls| controls.gas_limit = (limit != most).then_some(limit));
    Ok(true)
}

pub(crate) fn set_logging(api: &Api, on: bool) -> Result<(), RpcError> {
    api.chain.control(|controls| controls.quiet = !on);
    Ok(())
}
