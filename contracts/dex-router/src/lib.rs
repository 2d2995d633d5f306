//! Trades along pools, and brings tokens into pools and takes them out: what people call, for pools count what has come
//! before a call. Compatible with Uniswap v2's Router02.
//!
//! - The router owns nothing. It moves tokens that were allowed to it from the caller to pools, in the transaction that
//!   uses them; what goes through it (coins, and tokens on their way to be coins) leaves it in the same call.
//! - Every method that trades or changes shares has a deadline, in seconds since 1970, and a limit for what the price may
//!   have become meanwhile: whoever trades before it in the same block can take no more than the limit leaves.
//! - What comes out is rounded down and what has to go in up, against the caller.
//! - A method with a permit goes on if the permit is refused but the allowance is there: whoever sees a permit can use it
//!   up before, and shall gain nothing by that.
//! - While the router runs it can only be asked, or be sent coins by the wrapper.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod attacks;
mod interface;
#[cfg(test)]
mod laws;
mod math;
mod moves;
mod pools;
#[cfg(test)]
mod tests;

pub use interface::{IFactory, IPair, IWrapped, RouterError};

use moves::{
    at_least, at_most, fitting, in_time, pay, pay_in, pay_native, permit, pool_made, redeem,
    redeem_native, refund, trade, trade_for_native, trade_step_by_step, trade_what_arrives, unwrap,
    wrap,
};
use pools::Pools;
use zx::{
    components::erc20::{self, IERC20},
    prelude::*,
};

/// State of the router. All of it is set when it is deployed.
#[zx::contract]
#[derive(Debug)]
pub struct DexRouter {
    /// Who makes the pools.
    #[view]
    factory: Immutable<Address>,
    /// The code that they run.
    code: Immutable<Address>,
    /// The chain's coin as a token.
    #[view(name = "WETH")]
    wrapped: Immutable<Address>,
}

#[zx::public]
impl DexRouter {
    /// Says whose pools it trades along, and which token is the chain's coin.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        factory: Address,
        wrapped: Address,
    ) -> Result<(), RouterError> {
        let code = IFactory::at(factory).implementation(cx)?;
        self.factory.set(factory);
        self.code.set(code);
        self.wrapped.set(wrapped);
        Ok(())
    }

    /// Coins come from the wrapper alone.
    #[receive]
    #[reentrant]
    pub fn receive(&mut self, cx: &mut Ctx) -> Result<(), RouterError> {
        let sender = cx.sender();
        ensure!(
            sender == self.pools().coin,
            RouterError::NotFromWrapper { sender }
        );
        Ok(())
    }

    /// Brings two tokens into their pool, at its price, and makes the pool if there is none. What went in of each, and the
    /// shares that `to` got.
    #[expect(clippy::too_many_arguments, reason = "what Uniswap's takes")]
    pub fn add_liquidity(
        &mut self,
        cx: &mut Ctx,
        token_a: Address,
        token_b: Address,
        amount_a_desired: U256,
        amount_b_desired: U256,
        amount_a_min: U256,
        amount_b_min: U256,
        to: Address,
        deadline: U256,
    ) -> Result<(U256, U256, U256), RouterError> {
        in_time(cx, deadline)?;
        let pool = pool_made(cx, self.pools(), token_a, token_b)?;
        let desired = (amount_a_desired, amount_b_desired);
        let (amount_a, amount_b) = fitting(cx, pool, desired, (amount_a_min, amount_b_min))?;
        let owner = cx.sender();
        erc20::pull(cx, token_a, owner, pool.address, amount_a)?;
        erc20::pull(cx, token_b, owner, pool.address, amount_b)?;
        let liquidity = IPair::at(pool.address).mint(cx, to)?;
        Ok((amount_a, amount_b, liquidity))
    }

    /// Brings a token and coins into their pool. Coins that are not needed go back.
    #[payable]
    #[selector(name = "addLiquidityETH")]
    #[expect(clippy::too_many_arguments, reason = "what Uniswap's takes")]
    pub fn add_liquidity_native(
        &mut self,
        cx: &mut Ctx,
        token: Address,
        amount_token_desired: U256,
        amount_token_min: U256,
        amount_native_min: U256,
        to: Address,
        deadline: U256,
    ) -> Result<(U256, U256, U256), RouterError> {
        in_time(cx, deadline)?;
        let (owner, value) = (cx.sender(), cx.value());
        let pools = self.pools();
        let pool = pool_made(cx, pools, token, pools.coin)?;
        let (desired, least) = (
            (amount_token_desired, value),
            (amount_token_min, amount_native_min),
        );
        let (amount_token, amount_native) = fitting(cx, pool, desired, least)?;
        erc20::pull(cx, token, owner, pool.address, amount_token)?;
        wrap(cx, pools.coin, pool.address, amount_native)?;
        let liquidity = IPair::at(pool.address).mint(cx, to)?;
        refund(cx, owner, value - amount_native)?;
        Ok((amount_token, amount_native, liquidity))
    }

    /// Redeems shares of the caller for both tokens, which `to` gets.
    #[expect(clippy::too_many_arguments, reason = "what Uniswap's takes")]
    pub fn remove_liquidity(
        &mut self,
        cx: &mut Ctx,
        token_a: Address,
        token_b: Address,
        liquidity: U256,
        amount_a_min: U256,
        amount_b_min: U256,
        to: Address,
        deadline: U256,
    ) -> Result<(U256, U256), RouterError> {
        in_time(cx, deadline)?;
        let pool = self.pools().of(cx, token_a, token_b)?;
        redeem(cx, pool, liquidity, (amount_a_min, amount_b_min), to)
    }

    /// Redeems shares of the caller for a token and coins, which `to` gets.
    #[selector(name = "removeLiquidityETH")]
    #[expect(clippy::too_many_arguments, reason = "what Uniswap's takes")]
    pub fn remove_liquidity_native(
        &mut self,
        cx: &mut Ctx,
        token: Address,
        liquidity: U256,
        amount_token_min: U256,
        amount_native_min: U256,
        to: Address,
        deadline: U256,
    ) -> Result<(U256, U256), RouterError> {
        in_time(cx, deadline)?;
        let least = (amount_token_min, amount_native_min);
        let pools = self.pools();
        let (amount_token, amount_native) = redeem_native(cx, pools, token, liquidity, least)?;
        erc20::send(cx, token, to, amount_token)?;
        unwrap(cx, pools.coin, to, amount_native)?;
        Ok((amount_token, amount_native))
    }

    /// As [`remove_liquidity`](Self::remove_liquidity), by shares that a permit allows: all that the caller will ever have
    /// if `approve_max`, else those that are redeemed.
    #[expect(clippy::too_many_arguments, reason = "what Uniswap's takes")]
    pub fn remove_liquidity_with_permit(
        &mut self,
        cx: &mut Ctx,
        token_a: Address,
        token_b: Address,
        liquidity: U256,
        amount_a_min: U256,
        amount_b_min: U256,
        to: Address,
        deadline: U256,
        approve_max: bool,
        v: u8,
        r: B256,
        s: B256,
    ) -> Result<(U256, U256), RouterError> {
        in_time(cx, deadline)?;
        let pool = self.pools().of(cx, token_a, token_b)?;
        permit(cx, pool, liquidity, deadline, approve_max, (v, r, s))?;
        redeem(cx, pool, liquidity, (amount_a_min, amount_b_min), to)
    }

    /// As [`remove_liquidity_native`](Self::remove_liquidity_native), by shares that a permit allows.
    #[selector(name = "removeLiquidityETHWithPermit")]
    #[expect(clippy::too_many_arguments, reason = "what Uniswap's takes")]
    pub fn remove_liquidity_native_with_permit(
        &mut self,
        cx: &mut Ctx,
        token: Address,
        liquidity: U256,
        amount_token_min: U256,
        amount_native_min: U256,
        to: Address,
        deadline: U256,
        approve_max: bool,
        v: u8,
        r: B256,
        s: B256,
    ) -> Result<(U256, U256), RouterError> {
        in_time(cx, deadline)?;
        let pools = self.pools();
        let pool = pools.of(cx, token, pools.coin)?;
        permit(cx, pool, liquidity, deadline, approve_max, (v, r, s))?;
        self.remove_liquidity_native(
            cx,
            token,
            liquidity,
            amount_token_min,
            amount_native_min,
            to,
            deadline,
        )
    }

    /// As [`remove_liquidity_native`](Self::remove_liquidity_native), of a token that takes a fee when it is moved: `to`
    /// gets what has arrived here of it.
    #[selector(name = "removeLiquidityETHSupportingFeeOnTransferTokens")]
    #[expect(clippy::too_many_arguments, reason = "what Uniswap's takes")]
    pub fn remove_liquidity_native_with_fee(
        &mut self,
        cx: &mut Ctx,
        token: Address,
        liquidity: U256,
        amount_token_min: U256,
        amount_native_min: U256,
        to: Address,
        deadline: U256,
    ) -> Result<U256, RouterError> {
        in_time(cx, deadline)?;
        let least = (amount_token_min, amount_native_min);
        let pools = self.pools();
        let (_, amount_native) = redeem_native(cx, pools, token, liquidity, least)?;
        let arrived = IERC20::at(token).balance_of(cx, cx.address())?;
        erc20::send(cx, token, to, arrived)?;
        unwrap(cx, pools.coin, to, amount_native)?;
        Ok(amount_native)
    }

    /// The same, by shares that a permit allows.
    #[selector(name = "removeLiquidityETHWithPermitSupportingFeeOnTransferTokens")]
    #[expect(clippy::too_many_arguments, reason = "what Uniswap's takes")]
    pub fn remove_liquidity_native_with_permit_and_fee(
        &mut self,
        cx: &mut Ctx,
        token: Address,
        liquidity: U256,
        amount_token_min: U256,
        amount_native_min: U256,
        to: Address,
        deadline: U256,
        approve_max: bool,
        v: u8,
        r: B256,
        s: B256,
    ) -> Result<U256, RouterError> {
        in_time(cx, deadline)?;
        let pools = self.pools();
        let pool = pools.of(cx, token, pools.coin)?;
        permit(cx, pool, liquidity, deadline, approve_max, (v, r, s))?;
        self.remove_liquidity_native_with_fee(
            cx,
            token,
            liquidity,
            amount_token_min,
            amount_native_min,
            to,
            deadline,
        )
    }

    /// Trades so much of the first token of a path for as much as it brings of the last. What went through each pool.
    pub fn swap_exact_tokens_for_tokens(
        &mut self,
        cx: &mut Ctx,
        amount_in: U256,
        amount_out_min: U256,
        path: Vec<Address>,
        to: Address,
        deadline: U256,
    ) -> Result<Vec<U256>, RouterError> {
        in_time(cx, deadline)?;
        let route = self.pools().amounts_out(cx, amount_in, &path)?;
        at_least(route.last(), amount_out_min)?;
        pay(cx, &route)?;
        trade(cx, &route, to)?;
        Ok(route.amounts)
    }

    /// Trades as little as it takes of the first token of a path for so much of the last.
    pub fn swap_tokens_for_exact_tokens(
        &mut self,
        cx: &mut Ctx,
        amount_out: U256,
        amount_in_max: U256,
        path: Vec<Address>,
        to: Address,
        deadline: U256,
    ) -> Result<Vec<U256>, RouterError> {
        in_time(cx, deadline)?;
        let route = self.pools().amounts_in(cx, amount_out, &path)?;
        at_most(route.first(), amount_in_max)?;
        pay(cx, &route)?;
        trade(cx, &route, to)?;
        Ok(route.amounts)
    }

    /// Trades the coins that come with the call.
    #[payable]
    #[selector(name = "swapExactETHForTokens")]
    pub fn swap_exact_native_for_tokens(
        &mut self,
        cx: &mut Ctx,
        amount_out_min: U256,
        path: Vec<Address>,
        to: Address,
        deadline: U256,
    ) -> Result<Vec<U256>, RouterError> {
        in_time(cx, deadline)?;
        let pools = self.pools();
        pools.is_coin(path.first())?;
        let route = pools.amounts_out(cx, cx.value(), &path)?;
        at_least(route.last(), amount_out_min)?;
        pay_native(cx, pools.coin, &route)?;
        trade(cx, &route, to)?;
        Ok(route.amounts)
    }

    /// Trades as little as it takes of a token for so many coins.
    #[selector(name = "swapTokensForExactETH")]
    pub fn swap_tokens_for_exact_native(
        &mut self,
        cx: &mut Ctx,
        amount_out: U256,
        amount_in_max: U256,
        path: Vec<Address>,
        to: Address,
        deadline: U256,
    ) -> Result<Vec<U256>, RouterError> {
        in_time(cx, deadline)?;
        let pools = self.pools();
        pools.is_coin(path.last())?;
        let route = pools.amounts_in(cx, amount_out, &path)?;
        at_most(route.first(), amount_in_max)?;
        trade_for_native(cx, pools.coin, route, to)
    }

    /// Trades so much of a token for coins.
    #[selector(name = "swapExactTokensForETH")]
    pub fn swap_exact_tokens_for_native(
        &mut self,
        cx: &mut Ctx,
        amount_in: U256,
        amount_out_min: U256,
        path: Vec<Address>,
        to: Address,
        deadline: U256,
    ) -> Result<Vec<U256>, RouterError> {
        in_time(cx, deadline)?;
        let pools = self.pools();
        pools.is_coin(path.last())?;
        let route = pools.amounts_out(cx, amount_in, &path)?;
        at_least(route.last(), amount_out_min)?;
        trade_for_native(cx, pools.coin, route, to)
    }

    /// Trades as few as it takes of the coins that come with the call for so much of a token; the rest goes back.
    #[payable]
    #[selector(name = "swapETHForExactTokens")]
    pub fn swap_native_for_exact_tokens(
        &mut self,
        cx: &mut Ctx,
        amount_out: U256,
        path: Vec<Address>,
        to: Address,
        deadline: U256,
    ) -> Result<Vec<U256>, RouterError> {
        in_time(cx, deadline)?;
        let pools = self.pools();
        pools.is_coin(path.first())?;
        let (owner, value) = (cx.sender(), cx.value());
        let route = pools.amounts_in(cx, amount_out, &path)?;
        at_most(route.first(), value)?;
        pay_native(cx, pools.coin, &route)?;
        trade(cx, &route, to)?;
        refund(cx, owner, value - route.first())?;
        Ok(route.amounts)
    }

    /// As [`swap_exact_tokens_for_tokens`](Self::swap_exact_tokens_for_tokens), for tokens that take a fee when they are
    /// moved: what counts is what arrives.
    #[selector(name = "swapExactTokensForTokensSupportingFeeOnTransferTokens")]
    pub fn swap_exact_tokens_for_tokens_with_fee(
        &mut self,
        cx: &mut Ctx,
        amount_in: U256,
        amount_out_min: U256,
        path: Vec<Address>,
        to: Address,
        deadline: U256,
    ) -> Result<(), RouterError> {
        in_time(cx, deadline)?;
        let pools = self.pools().along(cx, &path)?;
        pay_in(cx, &pools, amount_in)?;
        trade_what_arrives(cx, &path, &pools, to, amount_out_min)
    }

    /// The same, of the coins that come with the call.
    #[payable]
    #[selector(name = "swapExactETHForTokensSupportingFeeOnTransferTokens")]
    pub fn swap_exact_native_for_tokens_with_fee(
        &mut self,
        cx: &mut Ctx,
        amount_out_min: U256,
        path: Vec<Address>,
        to: Address,
        deadline: U256,
    ) -> Result<(), RouterError> {
        in_time(cx, deadline)?;
        let pools = self.pools();
        pools.is_coin(path.first())?;
        let way = pools.along(cx, &path)?;
        if let Some(first) = way.first() {
            wrap(cx, pools.coin, first.address, cx.value())?;
        }
        trade_what_arrives(cx, &path, &way, to, amount_out_min)
    }

    /// The same, for coins.
    #[selector(name = "swapExactTokensForETHSupportingFeeOnTransferTokens")]
    pub fn swap_exact_tokens_for_native_with_fee(
        &mut self,
        cx: &mut Ctx,
        amount_in: U256,
        amount_out_min: U256,
        path: Vec<Address>,
        to: Address,
        deadline: U256,
    ) -> Result<(), RouterError> {
        in_time(cx, deadline)?;
        let (pools, here) = (self.pools(), cx.address());
        pools.is_coin(path.last())?;
        let way = pools.along(cx, &path)?;
        pay_in(cx, &way, amount_in)?;
        trade_step_by_step(cx, &way, here)?;
        let amount = IERC20::at(pools.coin).balance_of(cx, here)?;
        at_least(amount, amount_out_min)?;
        unwrap(cx, pools.coin, to, amount)
    }

    /// What so much of the one is worth of the other, at the price of the reserves: rounded down.
    pub fn quote(amount_a: U256, reserve_a: U256, reserve_b: U256) -> Result<U256, RouterError> {
        math::quote(amount_a, reserve_a, reserve_b)
    }

    /// What comes out for so much, after the fee: rounded down.
    pub fn get_amount_out(
        amount_in: U256,
        reserve_in: U256,
        reserve_out: U256,
    ) -> Result<U256, RouterError> {
        math::amount_out(amount_in, reserve_in, reserve_out)
    }

    /// What has to come in for so much, with the fee: never too little.
    pub fn get_amount_in(
        amount_out: U256,
        reserve_in: U256,
        reserve_out: U256,
    ) -> Result<U256, RouterError> {
        math::amount_in(amount_out, reserve_in, reserve_out)
    }

    /// What would go through each pool of a path, for so much at its beginning.
    #[reentrant]
    pub fn get_amounts_out(
        &self,
        cx: &Ctx,
        amount_in: U256,
        path: Vec<Address>,
    ) -> Result<Vec<U256>, RouterError> {
        Ok(self.pools().amounts_out(cx, amount_in, &path)?.amounts)
    }

    /// What would go through each pool of a path, for so much at its end.
    #[reentrant]
    pub fn get_amounts_in(
        &self,
        cx: &Ctx,
        amount_out: U256,
        path: Vec<Address>,
    ) -> Result<Vec<U256>, RouterError> {
        Ok(self.pools().amounts_in(cx, amount_out, &path)?.amounts)
    }

    fn pools(&self) -> Pools {
        Pools {
            factory: self.factory.get(),
            code: self.code.get(),
            coin: self.wrapped.get(),
        }
    }
}
