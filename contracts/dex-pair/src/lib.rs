//! A pool of two tokens that trades one for the other: whoever brings some of one may take so much of the other that the
//! product of the reserves does not fall, after a fee of 0.3 % of what comes in. Compatible with Uniswap v2's pair.
//!
//! - [`mint`](DexPair::mint), [`burn`](DexPair::burn) and [`swap`](DexPair::swap) count what has come by the pool's own
//!   balances: send first, call then, in one transaction. People use the router, which does.
//! - Shares are a ZX-20. The first 1,000 are locked for ever, so that a share cannot be made worth so much that nobody
//!   can buy a whole one.
//! - `swap` pays before it is paid: a receiver with `data` is called in between, and the pool looks at its balances after
//!   that. While it waits, only shares and views can be called.
//! - Prices of a moment can be moved within a block. `price0CumulativeLast` and `price1CumulativeLast` add up each price
//!   times the seconds that it lasted (fixed point, 112 binary places); the difference of two readings, by the seconds in
//!   between, is a mean that costs whoever moves it. They wrap around: subtract them so.
//! - All divisions round down, in favour of the pool.
//!
//! Pools are instances of one code, made by the factory: tokens and factory are part of each pool's own code, and reading
//! them costs next to nothing.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
mod math;
#[cfg(test)]
mod tests;

pub use interface::{Burn, IFactory, IUniswapV2Callee, Mint, PairError, Swap, Sync};

use math::{after_fee, price};
use zx::{
    components::{
        Erc20, Ledger as _, Nonces,
        erc20::{self, IERC20, Transfer},
    },
    crypto::{Domain, Permit, Signature},
    prelude::*,
};

/// Name of the shares, and the domain that permits of them are signed for.
const NAME: &str = "Zexus Pool Share";
const DOMAIN: Domain = Domain::new(NAME, "1");

/// Shares that nobody gets.
const MINIMUM_LIQUIDITY: u64 = 1_000;

/// What the pool counts on, and since when: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
struct Reserves {
    reserve0: Uint<112>,
    reserve1: Uint<112>,
    /// Seconds since 1970, modulo 2^32.
    at: u32,
}

/// State of a pool.
#[zx::contract]
#[derive(Debug)]
pub struct DexPair {
    #[component(reentrant)]
    shares: Erc20,
    #[component(reentrant)]
    nonces: Nonces,
    factory: Immutable<Address>,
    token0: Immutable<Address>,
    token1: Immutable<Address>,
    reserves: Item<Reserves>,
    price0_cumulative: Item<U256>,
    price1_cumulative: Item<U256>,
    /// Product of the reserves when shares last changed, while the factory takes a fee.
    k_last: Item<U256>,
}

#[zx::public]
impl DexPair {
    /// Makes it the pool of two tokens, of which the first has the lower address, and the caller its factory. A template of
    /// pools is itself one of the zero address, with which nobody can do anything.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, token0: Address, token1: Address) {
        self.factory.set(cx.sender());
        self.token0.set(token0);
        self.token1.set(token1);
    }

    /// Name of the shares.
    pub fn name() -> String {
        NAME.into()
    }

    /// Their short name.
    pub fn symbol() -> String {
        "ZX-LP".into()
    }

    /// Decimal places with which they are shown.
    pub fn decimals() -> u8 {
        18
    }

    /// Hash of the domain that permits are signed for (EIP-712).
    #[reentrant]
    #[selector(name = "DOMAIN_SEPARATOR")]
    pub fn domain_separator(&self, cx: &Ctx) -> B256 {
        DOMAIN.separator(cx)
    }

    /// Sets an allowance of shares that their owner has signed (EIP-2612).
    #[reentrant]
    #[expect(clippy::too_many_arguments, reason = "what EIP-2612 takes")]
    pub fn permit(
        &mut self,
        cx: &mut Ctx,
        owner: Address,
        spender: Address,
        value: U256,
        deadline: U256,
        v: u8,
        r: B256,
        s: B256,
    ) -> Result<(), PairError> {
        let domain = DOMAIN.separator(cx);
        let permit = Permit {
            owner,
            spender,
            value,
            deadline,
        };
        let signature = Signature { v, r, s };
        self.shares
            .allow_signed(cx, permit, domain, &mut self.nonces, signature)
    }

    /// Shares that nobody gets.
    #[selector(name = "MINIMUM_LIQUIDITY")]
    pub fn minimum_liquidity() -> U256 {
        U256::from(MINIMUM_LIQUIDITY)
    }

    /// Who made the pool.
    #[reentrant]
    pub fn factory(&self, _cx: &Ctx) -> Address {
        self.factory.get()
    }

    /// The first token, whose address is the lower one.
    #[reentrant]
    pub fn token0(&self, _cx: &Ctx) -> Address {
        self.token0.get()
    }

    /// The second token.
    #[reentrant]
    pub fn token1(&self, _cx: &Ctx) -> Address {
        self.token1.get()
    }

    /// What the pool counts on of each token, and since when in seconds, modulo 2^32.
    #[reentrant]
    pub fn get_reserves(&self, _cx: &Ctx) -> (Uint<112>, Uint<112>, u32) {
        let Reserves {
            reserve0,
            reserve1,
            at,
        } = self.reserves.get();
        (reserve0, reserve1, at)
    }

    /// Sum of the first token's price times the seconds that it lasted.
    #[reentrant]
    #[selector(name = "price0CumulativeLast")]
    pub fn price0_cumulative_last(&self, _cx: &Ctx) -> U256 {
        self.price0_cumulative.get()
    }

    /// The same of the second token.
    #[reentrant]
    #[selector(name = "price1CumulativeLast")]
    pub fn price1_cumulative_last(&self, _cx: &Ctx) -> U256 {
        self.price1_cumulative.get()
    }

    /// Product of the reserves when shares last changed; zero while nobody takes a part of the fee.
    #[reentrant]
    pub fn k_last(&self, _cx: &Ctx) -> U256 {
        self.k_last.get()
    }

    /// Makes shares of what has come since the reserves were counted.
    pub fn mint(&mut self, cx: &mut Ctx, to: Address) -> Result<U256, PairError> {
        let before = self.reserves.get();
        let (reserve0, reserve1) = (before.reserve0.get(), before.reserve1.get());
        let (balance0, balance1) = self.balances(cx)?;
        let (amount0, amount1) = (balance0 - reserve0, balance1 - reserve1);
        let fee_on = self.mint_fee(cx, before)?;
        let total = self.shares.ledger().total_supply();
        let liquidity = if total.is_zero() {
            let locked = U256::from(MINIMUM_LIQUIDITY);
            let root = (amount0 * amount1).isqrt() - locked;
            self.create(cx, Address::ZERO, locked);
            root
        } else {
            (amount0 * total / reserve0).min(amount1 * total / reserve1)
        };
        ensure!(!liquidity.is_zero(), PairError::InsufficientLiquidityMinted);
        self.create(cx, to, liquidity);
        self.update(cx, balance0, balance1, before)?;
        self.note_product(fee_on, balance0, balance1);
        cx.emit(Mint {
            sender: cx.sender(),
            amount0,
            amount1,
        });
        Ok(liquidity)
    }

    /// Redeems the shares that the pool itself holds, which came before the call.
    pub fn burn(&mut self, cx: &mut Ctx, to: Address) -> Result<(U256, U256), PairError> {
        let before = self.reserves.get();
        let (balance0, balance1) = self.balances(cx)?;
        let liquidity = self.shares.ledger().balance_of(cx.address());
        let fee_on = self.mint_fee(cx, before)?;
        let total = self.shares.ledger().total_supply();
        let (amount0, amount1) = (liquidity * balance0 / total, liquidity * balance1 / total);
        ensure!(
            !amount0.is_zero() && !amount1.is_zero(),
            PairError::InsufficientLiquidityBurned
        );
        self.shares.burn(cx, cx.address(), liquidity)?;
        send(cx, self.token0.get(), to, amount0)?;
        send(cx, self.token1.get(), to, amount1)?;
        let (balance0, balance1) = self.balances(cx)?;
        self.update(cx, balance0, balance1, before)?;
        self.note_product(fee_on, balance0, balance1);
        cx.emit(Burn {
            sender: cx.sender(),
            amount0,
            amount1,
            to,
        });
        Ok((amount0, amount1))
    }

    /// Pays so much out, lets the receiver act if there are `data`, and takes what has come for it.
    pub fn swap(
        &mut self,
        cx: &mut Ctx,
        amount0_out: U256,
        amount1_out: U256,
        to: Address,
        data: Bytes,
    ) -> Result<(), PairError> {
        ensure!(
            !amount0_out.is_zero() || !amount1_out.is_zero(),
            PairError::InsufficientOutputAmount
        );
        let before = self.reserves.get();
        let (reserve0, reserve1) = (before.reserve0.get(), before.reserve1.get());
        ensure!(
            amount0_out < reserve0 && amount1_out < reserve1,
            PairError::InsufficientLiquidity
        );
        let (token0, token1) = (self.token0.get(), self.token1.get());
        ensure!(to != token0 && to != token1, PairError::InvalidTo { to });
        for (token, amount) in [(token0, amount0_out), (token1, amount1_out)] {
            if !amount.is_zero() {
                send(cx, token, to, amount)?;
            }
        }
        if !data.is_empty() {
            IUniswapV2Callee::at(to).uniswap_v2_call(
                cx,
                cx.sender(),
                amount0_out,
                amount1_out,
                data,
            )?;
        }
        let (balance0, balance1) = (balance(cx, token0)?, balance(cx, token1)?);
        let amount0_in = balance0.saturating_sub(reserve0 - amount0_out);
        let amount1_in = balance1.saturating_sub(reserve1 - amount1_out);
        ensure!(
            !amount0_in.is_zero() || !amount1_in.is_zero(),
            PairError::InsufficientInputAmount
        );
        let product = after_fee(balance0, amount0_in) * after_fee(balance1, amount1_in);
        let needed = reserve0 * reserve1 * U256::from(1_000_000u64);
        ensure!(
            product >= needed,
            PairError::K {
                amount0_in,
                amount1_in
            }
        );
        self.update(cx, balance0, balance1, before)?;
        cx.emit(Swap {
            sender: cx.sender(),
            amount0_in,
            amount1_in,
            amount0_out,
            amount1_out,
            to,
        });
        Ok(())
    }

    /// Gives away what is there beyond the reserves.
    pub fn skim(&mut self, cx: &mut Ctx, to: Address) -> Result<(), PairError> {
        let Reserves {
            reserve0, reserve1, ..
        } = self.reserves.get();
        for (token, reserve) in [(self.token0.get(), reserve0), (self.token1.get(), reserve1)] {
            let beyond = balance(cx, token)? - reserve.get();
            send(cx, token, to, beyond)?;
        }
        Ok(())
    }

    /// Counts on what is there.
    pub fn sync(&mut self, cx: &mut Ctx) -> Result<(), PairError> {
        let (balance0, balance1) = self.balances(cx)?;
        self.update(cx, balance0, balance1, self.reserves.get())
    }

    /// Makes shares; those that are made for the zero address are locked for ever.
    fn create(&mut self, cx: &mut Ctx, to: Address, value: U256) {
        self.shares.ledger_mut().create(to, value);
        cx.emit(Transfer {
            from: Address::ZERO,
            to,
            value,
        });
    }

    fn balances(&self, cx: &Ctx) -> Result<(U256, U256), PairError> {
        Ok((
            balance(cx, self.token0.get())?,
            balance(cx, self.token1.get())?,
        ))
    }

    /// New reserves. The prices until now are added up once a block, by the reserves that were there before.
    fn update(
        &mut self,
        cx: &mut Ctx,
        balance0: U256,
        balance1: U256,
        before: Reserves,
    ) -> Result<(), PairError> {
        let fitting =
            |balance| Uint::try_from(balance).map_err(|_| PairError::BalanceOverflow { balance });
        let (reserve0, reserve1) = (fitting(balance0)?, fitting(balance1)?);
        // The clock of the pool wraps around in 2106, and differences across that are right.
        let at = (cx.block_timestamp() & u64::from(u32::MAX)) as u32;
        let elapsed = U256::from(at.wrapping_sub(before.at));
        if !elapsed.is_zero()
            && !before.reserve0.get().is_zero()
            && !before.reserve1.get().is_zero()
        {
            let grown = |sum: U256, price: U256| sum.wrapping_add(price * elapsed);
            self.price0_cumulative
                .update(|sum| grown(sum, price(before.reserve0, before.reserve1)));
            self.price1_cumulative
                .update(|sum| grown(sum, price(before.reserve1, before.reserve0)));
        }
        self.reserves.set(Reserves {
            reserve0,
            reserve1,
            at,
        });
        cx.emit(Sync { reserve0, reserve1 });
        Ok(())
    }

    /// Makes shares for the factory's account, if it has named one: a sixth of what the fees have made the pool grow since
    /// shares last changed. Whether there is such an account.
    fn mint_fee(&mut self, cx: &mut Ctx, before: Reserves) -> Result<bool, PairError> {
        let fee_to = IFactory::at(self.factory.get()).fee_to(cx)?;
        let last = self.k_last.get();
        if fee_to.is_zero() {
            if !last.is_zero() {
                self.k_last.clear();
            }
            return Ok(false);
        }
        if !last.is_zero() {
            let root = (before.reserve0.get() * before.reserve1.get()).isqrt();
            let root_last = last.isqrt();
            if root > root_last {
                let grown = self.shares.ledger().total_supply() * (root - root_last);
                let liquidity = grown / (root * U256::from(5u8) + root_last);
                if !liquidity.is_zero() {
                    self.create(cx, fee_to, liquidity);
                }
            }
        }
        Ok(true)
    }

    fn note_product(&mut self, fee_on: bool, balance0: U256, balance1: U256) {
        if fee_on {
            self.k_last.set(balance0 * balance1);
        }
    }
}

/// What the pool has of a token.
fn balance(cx: &Ctx, token: Address) -> Result<U256, PairError> {
    Ok(IERC20::at(token).balance_of(cx, cx.address())?)
}

/// Sends tokens.
fn send(cx: &mut Ctx, token: Address, to: Address, value: U256) -> Result<(), PairError> {
    erc20::send(cx, token, to, value).map_err(|_| PairError::TransferFailed { token })
}
