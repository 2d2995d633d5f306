//! What the router's methods are made of: limits, and the ways of tokens and coins.

use crate::{
    IFactory, IPair, IWrapped, RouterError, math,
    pools::{Pool, Pools, Route},
};
use zx::{
    components::erc20::{self, IERC20},
    prelude::*,
};

pub(crate) fn in_time(cx: &Ctx, deadline: U256) -> Result<(), RouterError> {
    ensure!(
        deadline >= U256::from(cx.block_timestamp()),
        RouterError::Expired { deadline }
    );
    Ok(())
}

pub(crate) fn at_least(amount: U256, minimum: U256) -> Result<(), RouterError> {
    ensure!(
        amount >= minimum,
        RouterError::InsufficientOutputAmount { amount, minimum }
    );
    Ok(())
}

pub(crate) fn at_most(amount: U256, maximum: U256) -> Result<(), RouterError> {
    ensure!(
        amount <= maximum,
        RouterError::ExcessiveInputAmount { amount, maximum }
    );
    Ok(())
}

/// The pool of two tokens. If there is none yet, it is made.
pub(crate) fn pool_made(
    cx: &mut Ctx,
    pools: Pools,
    token_a: Address,
    token_b: Address,
) -> Result<Pool, RouterError> {
    let pool = pools.of(cx, token_a, token_b)?;
    if !cx.has_code(pool.address) {
        IFactory::at(pools.factory).create_pair(cx, token_a, token_b)?;
    }
    Ok(pool)
}

/// How much of both tokens goes into a pool at its price: all of the one, and of the other what goes with it. All of both
/// if the pool is empty.
pub(crate) fn fitting(
    cx: &Ctx,
    pool: Pool,
    desired: (U256, U256),
    least: (U256, U256),
) -> Result<(U256, U256), RouterError> {
    let (reserve_a, reserve_b) = pool.reserves(cx)?;
    if reserve_a.is_zero() && reserve_b.is_zero() {
        return Ok(desired);
    }
    // What cannot be counted is above what is desired.
    let amount = math::worth(desired.0, reserve_a, reserve_b)?;
    if let Some(amount) = amount.filter(|amount| *amount <= desired.1) {
        let minimum = least.1;
        ensure!(
            amount >= minimum,
            RouterError::InsufficientBAmount { amount, minimum }
        );
        return Ok((desired.0, amount));
    }
    // Not above what is desired: the other way around it was too little.
    let amount = math::quote(desired.1, reserve_b, reserve_a)?;
    let minimum = least.0;
    ensure!(
        amount >= minimum,
        RouterError::InsufficientAAmount { amount, minimum }
    );
    Ok((amount, desired.1))
}

/// Shares of the caller become tokens of `to`, in the order that the pool was asked for in.
pub(crate) fn redeem(
    cx: &mut Ctx,
    pool: Pool,
    liquidity: U256,
    least: (U256, U256),
    to: Address,
) -> Result<(U256, U256), RouterError> {
    let shares = IPair::at(pool.address);
    let sent = shares.transfer_from(cx, cx.sender(), pool.address, liquidity);
    sent.map_err(|refused| pool.refused(refused))?;
    let (amount0, amount1) = shares.burn(cx, to)?;
    let (amount_a, amount_b) = pool.in_order(amount0, amount1);
    ensure!(
        amount_a >= least.0,
        RouterError::InsufficientAAmount {
            amount: amount_a,
            minimum: least.0
        }
    );
    ensure!(
        amount_b >= least.1,
        RouterError::InsufficientBAmount {
            amount: amount_b,
            minimum: least.1
        }
    );
    Ok((amount_a, amount_b))
}

/// Shares of the caller become a token and wrapped coins of the router.
pub(crate) fn redeem_native(
    cx: &mut Ctx,
    pools: Pools,
    token: Address,
    liquidity: U256,
    least: (U256, U256),
) -> Result<(U256, U256), RouterError> {
    let pool = pools.of(cx, token, pools.coin)?;
    let here = cx.address();
    redeem(cx, pool, liquidity, least, here)
}

/// Lets the router move shares of the caller. A permit that somebody else has used before has done so already.
pub(crate) fn permit(
    cx: &mut Ctx,
    pool: Pool,
    liquidity: U256,
    deadline: U256,
    approve_max: bool,
    (v, r, s): (u8, B256, B256),
) -> Result<(), RouterError> {
    let (shares, owner, here) = (IPair::at(pool.address), cx.sender(), cx.address());
    let value = if approve_max { U256::MAX } else { liquidity };
    let permitted = shares.permit(cx, owner, here, value, deadline, v, r, s);
    match permitted {
        Err(refused) if shares.allowance(cx, owner, here).unwrap_or_default() < liquidity => {
            Err(pool.refused(refused))
        }
        _ => Ok(()),
    }
}

/// Brings the caller's tokens to the first pool of a route.
pub(crate) fn pay(cx: &mut Ctx, route: &Route) -> Result<(), RouterError> {
    pay_in(cx, &route.pools, route.first())
}

pub(crate) fn pay_in(cx: &mut Ctx, pools: &[Pool], amount: U256) -> Result<(), RouterError> {
    let first = pools.first().ok_or(RouterError::InvalidPath)?;
    let owner = cx.sender();
    Ok(erc20::pull(
        cx,
        first.token_in(),
        owner,
        first.address,
        amount,
    )?)
}

/// The same with coins of the router.
pub(crate) fn pay_native(cx: &mut Ctx, coin: Address, route: &Route) -> Result<(), RouterError> {
    let first = route.pools.first().ok_or(RouterError::InvalidPath)?;
    wrap(cx, coin, first.address, route.first())
}

/// Brings coins of the router to a pool, as tokens.
pub(crate) fn wrap(
    cx: &mut Ctx,
    coin: Address,
    pool: Address,
    value: U256,
) -> Result<(), RouterError> {
    IWrapped::at(coin).deposit(cx, value)?;
    Ok(erc20::send(cx, coin, pool, value)?)
}

/// Brings tokens of the router to somebody, as coins.
pub(crate) fn unwrap(
    cx: &mut Ctx,
    coin: Address,
    to: Address,
    value: U256,
) -> Result<(), RouterError> {
    IWrapped::at(coin).withdraw(cx, value)?;
    send(cx, to, value)
}

/// Trades along a route what the first pool has been paid: each pool pays the next.
pub(crate) fn trade(cx: &mut Ctx, route: &Route, to: Address) -> Result<(), RouterError> {
    let outs = route.amounts.iter().skip(1);
    for ((pool, receiver), amount) in receivers(&route.pools, to).zip(outs) {
        pool.swap(cx, *amount, receiver)?;
    }
    Ok(())
}

/// The same, from the caller to somebody's coins.
pub(crate) fn trade_for_native(
    cx: &mut Ctx,
    coin: Address,
    route: Route,
    to: Address,
) -> Result<Vec<U256>, RouterError> {
    pay(cx, &route)?;
    let here = cx.address();
    trade(cx, &route, here)?;
    unwrap(cx, coin, to, route.last())?;
    Ok(route.amounts)
}

/// The same, where amounts are not known before: what has arrived at each pool.
pub(crate) fn trade_step_by_step(
    cx: &mut Ctx,
    pools: &[Pool],
    to: Address,
) -> Result<(), RouterError> {
    for (pool, receiver) in receivers(pools, to) {
        let (reserve_in, reserve_out) = pool.reserves(cx)?;
        let balance = IERC20::at(pool.token_in()).balance_of(cx, pool.address)?;
        let amount = math::amount_out(balance - reserve_in, reserve_in, reserve_out)?;
        pool.swap(cx, amount, receiver)?;
    }
    Ok(())
}

/// The same, until enough of the last token has arrived.
pub(crate) fn trade_what_arrives(
    cx: &mut Ctx,
    path: &[Address],
    pools: &[Pool],
    to: Address,
    minimum: U256,
) -> Result<(), RouterError> {
    let last = IERC20::at(path.last().copied().ok_or(RouterError::InvalidPath)?);
    let before = last.balance_of(cx, to)?;
    trade_step_by_step(cx, pools, to)?;
    at_least(last.balance_of(cx, to)? - before, minimum)
}

/// Each pool with whom it pays: the next, the last one `to`.
fn receivers(pools: &[Pool], to: Address) -> impl Iterator<Item = (&Pool, Address)> {
    let next = pools.iter().skip(1).map(|pool| pool.address);
    pools.iter().zip(next.chain([to]))
}

fn send(cx: &mut Ctx, to: Address, value: U256) -> Result<(), RouterError> {
    cx.send(to, value)
        .map_err(|_| RouterError::NotSent { to, value })
}

/// Gives back coins that were not needed, if there are some.
pub(crate) fn refund(cx: &mut Ctx, to: Address, value: U256) -> Result<(), RouterError> {
    if value.is_zero() {
        return Ok(());
    }
    send(cx, to, value)
}
