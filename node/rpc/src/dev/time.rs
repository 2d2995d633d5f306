//! The chain's clock. All times are in seconds.

use super::amount::Amount;
use crate::{Api, error::RpcError};

/// Moves the clock on; answers how far it is ahead of the machine's.
pub(crate) fn increase(api: &Api, seconds: Amount) -> Result<i64, RpcError> {
    let seconds = seconds.small("the time")?;
    Ok(api.chain.set_time(api.chain.time().saturating_add(seconds)))
}

/// Sets the clock; answers how far it is ahead of the machine's.
pub(crate) fn set(api: &Api, time: Amount) -> Result<i64, RpcError> {
    Ok(api.chain.set_time(time.small("the time")?))
}

pub(crate) fn set_next(api: &Api, time: Amount) -> Result<(), RpcError> {
    Ok(api.chain.set_next_time(time.small("the timestamp")?)?)
}

pub(crate) fn set_interval(api: &Api, seconds: Amount) -> Result<(), RpcError> {
    let seconds = seconds.small("the interval")?;
    api.chain.control(|controls| controls.interval = Some(seconds));
    Ok(())
}

pub(crate) fn remove_interval(api: &Api) -> Result<bool, RpcError> {
    Ok(api.chain.control(|controls| controls.interval.take()).is_some())
}
