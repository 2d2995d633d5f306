//! The mean price of a pool.

use crate::{IPair, OracleError};
use zx::prelude::*;

/// Binary places of a pool's prices.
const PLACES: u32 = 112;

/// What the pool's price of an asset, times the seconds that it lasted, adds up to until now. It wraps around.
pub(crate) fn sum(cx: &Ctx, pair: Address, asset: Address) -> Result<U256, OracleError> {
    let pool = IPair::at(pair);
    let (reserve0, reserve1, at) = pool.get_reserves(cx)?;
    let (sum, of, reserve) = if pool.token0(cx)? == asset {
        (pool.price0_cumulative_last(cx)?, reserve0, reserve1)
    } else if pool.token1(cx)? == asset {
        (pool.price1_cumulative_last(cx)?, reserve1, reserve0)
    } else {
        return Err(OracleError::InvalidPair { pair });
    };
    ensure!(
        !of.get().is_zero() && !reserve.get().is_zero(),
        OracleError::InvalidPair { pair }
    );
    // What the pool itself would add by now. Its clock has 32 bits.
    let now = (cx.block_timestamp() & u64::from(u32::MAX)) as u32;
    let elapsed = U256::from(now.wrapping_sub(at));
    let price = (reserve.get() << PLACES) / of.get();
    Ok(sum.wrapping_add(price * elapsed))
}

/// What `unit` of the asset were worth on average, rounded down.
pub(crate) fn mean(before: U256, after: U256, seconds: u64, unit: U256) -> U256 {
    let price = after.wrapping_sub(before) / U256::from(seconds);
    price.mul_div(unit, U256::ONE << PLACES, Rounding::Down)
}
