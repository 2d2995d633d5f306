//! A pair of tokens that trade against each other: a constant-product pool.
//!
//! Whoever adds liquidity gets shares of the pool. The product of the two reserves never falls but when shares are
//! redeemed: of each trade, 0.3 % of what comes in stays with the pool. Amounts that come in are measured by the
//! balance of the pool, so that tokens which take a fee of their own cannot cheat it. A token that calls back into the
//! pool is refused, as every reentrant call is unless a method is `#[reentrant]`.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod tests;

pub use interface::{LiquidityAdded, LiquidityRemoved, PairError, Swapped, Token};

use zx::prelude::*;

/// Parts of 1,000 that the pool keeps of what comes in.
const FEE: u64 = 3;
/// Shares that nobody gets, so that the last one cannot be made worth so much that nobody can buy a whole one.
const LOCKED_SHARES: u64 = 1_000;

/// State of the pool.
#[zx::contract]
#[derive(Debug)]
pub struct Pair {
    token0: Item<Address>,
    token1: Item<Address>,
    reserve0: Item<U256>,
    reserve1: Item<U256>,
    /// Shares that exist.
    #[view]
    total_shares: Item<U256>,
    /// Shares of an account.
    #[view(name = "sharesOf")]
    shares: Map<Address, U256>,
}

#[zx::public]
impl Pair {
    /// Makes an empty pool of two tokens.
    #[constructor]
    pub fn constructor(
        &mut self,
        _cx: &mut Ctx,
        token0: Address,
        token1: Address,
    ) -> Result<(), PairError> {
        ensure!(token0 != token1, PairError::SameToken { token: token0 });
        self.token0.set(token0);
        self.token1.set(token1);
        Ok(())
    }

    /// The two tokens.
    pub fn tokens(&self, _cx: &Ctx) -> (Address, Address) {
        (self.token0.get(), self.token1.get())
    }

    /// What the pool holds of each.
    pub fn reserves(&self, _cx: &Ctx) -> (U256, U256) {
        (self.reserve0.get(), self.reserve1.get())
    }

    /// What so much of a token would buy of the other.
    pub fn quote(&self, _cx: &Ctx, token_in: Address, amount_in: U256) -> Result<U256, PairError> {
        let (reserve_in, reserve_out) = match self.side(token_in)? {
            Side::Zero => (self.reserve0.get(), self.reserve1.get()),
            Side::One => (self.reserve1.get(), self.reserve0.get()),
        };
        bought(amount_in, reserve_in, reserve_out)
    }

    /// Takes tokens of the caller, who has approved them, and gives shares for them, at least `min_shares`.
    pub fn add_liquidity(
        &mut self,
        cx: &mut Ctx,
        amount0: U256,
        amount1: U256,
        min_shares: U256,
    ) -> Result<U256, PairError> {
        let (reserve0, reserve1) = (self.reserve0.get(), self.reserve1.get());
        let came0 = pull(cx, self.token0.get(), amount0, reserve0)?;
        let came1 = pull(cx, self.token1.get(), amount1, reserve1)?;
        let total = self.total_shares.get();
        let shares = if total.is_zero() {
            let locked = U256::from(LOCKED_SHARES);
            let all = square_root(came0 * came1);
            let Some(rest) = all.checked_sub(locked) else {
                return Err(PairError::TooLittle);
            };
            self.shares.add(Address::ZERO, locked);
            self.total_shares.set(locked);
            rest
        } else {
            (came0 * total / reserve0).min(came1 * total / reserve1)
        };
        ensure!(
            !shares.is_zero() && shares >= min_shares,
            PairError::TooLittle
        );
        let provider = cx.sender();
        self.shares.add(provider, shares);
        self.total_shares.add(shares);
        self.reserve0.set(reserve0 + came0);
        self.reserve1.set(reserve1 + came1);
        cx.emit(LiquidityAdded {
            provider,
            amount0: came0,
            amount1: came1,
            shares,
        });
        Ok(shares)
    }

    /// Redeems shares of the caller for their part of both tokens.
    pub fn remove_liquidity(
        &mut self,
        cx: &mut Ctx,
        shares: U256,
    ) -> Result<(U256, U256), PairError> {
        let (provider, total) = (cx.sender(), self.total_shares.get());
        let redeemed = self.shares.try_sub(provider, shares);
        ensure!(
            redeemed.is_ok() && !shares.is_zero(),
            PairError::TooFewShares
        );
        let (amount0, amount1) = (
            self.reserve0.get() * shares / total,
            self.reserve1.get() * shares / total,
        );
        self.total_shares.sub(shares);
        self.reserve0.sub(amount0);
        self.reserve1.sub(amount1);
        push(cx, self.token0.get(), provider, amount0)?;
        push(cx, self.token1.get(), provider, amount1)?;
        cx.emit(LiquidityRemoved {
            provider,
            amount0,
            amount1,
            shares,
        });
        Ok((amount0, amount1))
    }

    /// Trades so much of a token, which the caller has approved, for the other: at least `min_out`, given to `to`.
    pub fn swap(
        &mut self,
        cx: &mut Ctx,
        token_in: Address,
        amount_in: U256,
        min_out: U256,
        to: Address,
    ) -> Result<U256, PairError> {
        let side = self.side(token_in)?;
        let (mut reserve_in, mut reserve_out, token_out) = match side {
            Side::Zero => (self.reserve0.get(), self.reserve1.get(), self.token1.get()),
            Side::One => (self.reserve1.get(), self.reserve0.get(), self.token0.get()),
        };
        let came = pull(cx, token_in, amount_in, reserve_in)?;
        let out = bought(came, reserve_in, reserve_out)?;
        ensure!(out >= min_out, PairError::Slippage { out, min_out });
        reserve_in += came;
        reserve_out -= out;
        match side {
            Side::Zero => (
                self.reserve0.set(reserve_in),
                self.reserve1.set(reserve_out),
            ),
            Side::One => (
                self.reserve1.set(reserve_in),
                self.reserve0.set(reserve_out),
            ),
        };
        push(cx, token_out, to, out)?;
        cx.emit(Swapped {
            trader: cx.sender(),
            token_in,
            amount_in: came,
            amount_out: out,
            to,
        });
        Ok(out)
    }

    fn side(&self, token: Address) -> Result<Side, PairError> {
        match token {
            token if token == self.token0.get() => Ok(Side::Zero),
            token if token == self.token1.get() => Ok(Side::One),
            token => Err(PairError::UnknownToken { token }),
        }
    }
}

/// Which of the two tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Zero,
    One,
}

/// What so much buys: after the fee, the product of the reserves stays.
fn bought(amount_in: U256, reserve_in: U256, reserve_out: U256) -> Result<U256, PairError> {
    ensure!(
        !amount_in.is_zero() && !reserve_in.is_zero() && !reserve_out.is_zero(),
        PairError::TooLittle
    );
    let thousand = U256::from(1_000u64);
    let after_fee = amount_in * (thousand - U256::from(FEE));
    Ok(after_fee * reserve_out / (reserve_in * thousand + after_fee))
}

/// Takes tokens of the caller; what came is what the balance says.
fn pull(cx: &mut Ctx, token: Address, amount: U256, reserve: U256) -> Result<U256, PairError> {
    let (from, pool) = (cx.sender(), cx.address());
    ensure!(
        Token::at(token).transfer_from(cx, from, pool, amount)?,
        PairError::TransferFailed { token }
    );
    let balance = Token::at(token).balance_of(cx, pool)?;
    balance
        .checked_sub(reserve)
        .ok_or(PairError::TransferFailed { token })
}

fn push(cx: &mut Ctx, token: Address, to: Address, amount: U256) -> Result<(), PairError> {
    ensure!(
        Token::at(token).transfer(cx, to, amount)?,
        PairError::TransferFailed { token }
    );
    Ok(())
}

/// The largest number whose square is at most `value` (Newton's method, from above).
fn square_root(value: U256) -> U256 {
    let two = U256::from(2u8);
    if value < two {
        return value;
    }
    let (mut root, mut next) = (value, value / two + U256::ONE);
    while next < root {
        root = next;
        next = (value / root + root) / two;
    }
    root
}
