//! Lends tokens against tokens. Who supplies some earns interest, and can borrow others against their value; who owes more
//! than that value is good for can be liquidated by anybody.
//!
//! - **Interest** goes by index: a market's indices grow with time by a rate that follows from how much of it is lent, and
//!   every amount with them, without being touched. A part of it stays with the pool, as its reserve.
//! - **Collateral**: the values of what an account has supplied, each times its market's `collateral_factor`, are what it can
//!   owe. Values are by the oracle, and at most by the market's `ceiling`; an oracle that does not know a price, or not any
//!   more, stops whoever would owe more by it. Who owes nothing needs none to withdraw.
//! - **Liquidation**: if an account owes more than that, anybody can pay up to `close_factor` of one of its debts, and gets
//!   what was supplied of another asset for it, at the oracle's prices and with a `bonus`. What has no price now counts for
//!   its owner: collateral as much as it ever does, by the ceiling, and a debt nothing. So nobody is liquidated who may be
//!   healthy, and nobody is safe by a unit of something that has no price.
//! - All divisions are rounded for the pool, against the caller. What it has and is owed is never less than what it owes.
//! - What the pool has of a token is counted: tokens that are sent to it without a call are nobody's, and move no rate.
//!
//! The owner lists markets and sets their terms, and can withdraw reserves; not what others have supplied. A debt that no
//! collateral is left for stays, until somebody pays it: it is the owner's to see to that the reserves are there for it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

#[cfg(test)]
mod attacks;
mod interface;
mod market;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

pub use interface::{
    Borrowed, IPriceOracle, LendingError, Liquidated, MarketSet, Repaid, ReservesWithdrawn,
    Supplied, Withdrawn,
};
pub use market::Terms;

use market::{ALL, Market, Position};
use zx::{
    components::{
        Ownable,
        erc20::{self, IERC20},
    },
    prelude::*,
};

/// Markets that there can be: an account's are walked through, and that must not cost more than a block has.
const MAX_MARKETS: u32 = 16;

/// How many smallest units of an asset a price is of.
const UNIT: u64 = 1_000_000_000_000_000_000;

/// State of the pool.
#[zx::contract]
#[derive(Debug)]
pub struct LendingPool {
    #[component]
    ownable: Ownable,
    /// Who says what assets cost.
    #[view]
    oracle: Item<Address>,
    assets: List<Address>,
    /// The terms of an asset's market.
    #[view]
    terms: Map<Address, Terms>,
    markets: Map<Address, Market>,
    /// By account, then asset.
    positions: Map<(Address, Address), Position>,
}

#[zx::public]
impl LendingPool {
    /// Makes the deployer the owner, and says who knows prices.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, oracle: Address) -> Result<(), LendingError> {
        self.oracle.set(oracle);
        Ok(self.ownable.init(cx, cx.sender())?)
    }

    /// Lists an asset, or changes its terms from now on.
    pub fn set_market(
        &mut self,
        cx: &mut Ctx,
        asset: Address,
        terms: Terms,
    ) -> Result<(), LendingError> {
        self.ownable.only_owner(cx)?;
        ensure!(terms.are_sound(), LendingError::InvalidTerms);
        let now = cx.block_timestamp();
        let market = match self.market(cx, asset) {
            Ok(market) => market,
            Err(_) => {
                ensure!(
                    self.assets.len() < MAX_MARKETS,
                    LendingError::TooManyMarkets
                );
                self.assets.push(asset);
                Market::new(now)
            }
        };
        self.markets.set(asset, market);
        self.terms.set(asset, terms);
        cx.emit(MarketSet {
            asset,
            collateral_factor: terms.collateral_factor,
            bonus: terms.bonus,
        });
        Ok(())
    }

    /// All assets that have a market.
    pub fn assets(&self, _cx: &Ctx) -> Vec<Address> {
        self.assets.to_vec()
    }

    /// What an account has supplied of an asset, with interest.
    pub fn supplied(
        &self,
        cx: &Ctx,
        asset: Address,
        account: Address,
    ) -> Result<U256, LendingError> {
        let shares = self.positions.get((account, asset)).supplied;
        Ok(self.market(cx, asset)?.supply_of(shares))
    }

    /// What an account owes of an asset, with interest.
    pub fn debt(&self, cx: &Ctx, asset: Address, account: Address) -> Result<U256, LendingError> {
        let shares = self.positions.get((account, asset)).borrowed;
        Ok(self.market(cx, asset)?.debt_of(shares))
    }

    /// What there is of an asset here, what all debtors owe of it, what all suppliers have, and what the pool has beyond it.
    pub fn totals(
        &self,
        cx: &Ctx,
        asset: Address,
    ) -> Result<(U256, U256, U256, U256), LendingError> {
        let market = self.market(cx, asset)?;
        Ok((
            U256::from(market.cash),
            market.all_debt(),
            market.all_supplied(),
            market.reserves(),
        ))
    }

    /// What an account can owe and what it owes, in the oracle's currency. Reverts if a price is not known that is needed.
    pub fn health(&self, cx: &Ctx, account: Address) -> Result<(U256, U256), LendingError> {
        self.weigh(cx, account, |asset| self.price(cx, asset).map(Some))
    }

    /// What an account can owe at most and what it owes at least, whatever that costs whose price is not known now: the
    /// same as its health, if all are. Who owes more than it can by this is liquidated.
    pub fn certain_health(&self, cx: &Ctx, account: Address) -> Result<(U256, U256), LendingError> {
        // Whoever leaves the oracle too little gas for an answer makes the account look better, not worse.
        self.weigh(cx, account, |asset| Ok(self.price(cx, asset).ok()))
    }

    /// Brings tokens, to earn interest and to borrow against. How many arrived.
    pub fn supply(
        &mut self,
        cx: &mut Ctx,
        asset: Address,
        amount: U256,
    ) -> Result<U256, LendingError> {
        let mut market = self.market(cx, asset)?;
        let account = cx.sender();
        let amount = take(cx, asset, amount)?;
        let shares = narrow(market.supply_shares(amount, Rounding::Down))?;
        ensure!(shares > 0, LendingError::NothingToDo);
        market.cash = narrow(U256::from(market.cash) + amount)?;
        market.supplied += shares;
        self.markets.set(asset, market);
        let mut entry = self.positions.entry((account, asset));
        entry.update(|position| Position {
            supplied: position.supplied + shares,
            ..position
        });
        cx.emit(Supplied {
            asset,
            account,
            amount,
        });
        Ok(amount)
    }

    /// Takes tokens back that were supplied; all of them, if the amount is 2^256 - 1. How many.
    pub fn withdraw(
        &mut self,
        cx: &mut Ctx,
        asset: Address,
        amount: U256,
    ) -> Result<U256, LendingError> {
        let (mut market, account) = (self.market(cx, asset)?, cx.sender());
        let mut entry = self.positions.entry((account, asset));
        let position = entry.get();
        let supplied = market.supply_of(position.supplied);
        let all = amount == U256::MAX;
        let amount = if all { supplied } else { amount };
        ensure!(
            amount <= supplied,
            LendingError::InsufficientSupply {
                supplied,
                needed: amount
            }
        );
        ensure!(!amount.is_zero(), LendingError::NothingToDo);
        // A rest that is worth nothing goes with all.
        let shares = if all {
            position.supplied
        } else {
            narrow(market.supply_shares(amount, Rounding::Up))?
        };
        market.supplied -= shares;
        entry.set(Position {
            supplied: position.supplied - shares,
            ..position
        });
        self.take_cash(asset, market, amount)?;
        self.check_collateral(cx, account)?;
        cx.emit(Withdrawn {
            asset,
            account,
            amount,
        });
        erc20::send(cx, asset, account, amount)?;
        Ok(amount)
    }

    /// Lends the caller tokens.
    pub fn borrow(
        &mut self,
        cx: &mut Ctx,
        asset: Address,
        amount: U256,
    ) -> Result<(), LendingError> {
        let (mut market, account) = (self.market(cx, asset)?, cx.sender());
        ensure!(self.terms.get(asset).lent, LendingError::NotLent { asset });
        ensure!(!amount.is_zero(), LendingError::NothingToDo);
        let shares = narrow(market.debt_shares(amount, Rounding::Up))?;
        market.borrowed = narrow(U256::from(market.borrowed) + U256::from(shares))?;
        let mut entry = self.positions.entry((account, asset));
        entry.update(|position| Position {
            borrowed: position.borrowed + shares,
            ..position
        });
        self.take_cash(asset, market, amount)?;
        self.check_collateral(cx, account)?;
        cx.emit(Borrowed {
            asset,
            account,
            amount,
        });
        erc20::send(cx, asset, account, amount)?;
        Ok(())
    }

    /// Pays a debt of somebody; all of it, if the amount is 2^256 - 1. How much.
    pub fn repay(
        &mut self,
        cx: &mut Ctx,
        asset: Address,
        account: Address,
        amount: U256,
    ) -> Result<U256, LendingError> {
        let market = self.market(cx, asset)?;
        let debt = market.debt_of(self.positions.get((account, asset)).borrowed);
        self.settle(cx, asset, market, account, amount.min(debt))
    }

    /// Pays so much of a debt of somebody who owes more than they can, for collateral of theirs that is worth as much and
    /// the bonus: it is the caller's supply then. How much collateral.
    pub fn liquidate(
        &mut self,
        cx: &mut Ctx,
        account: Address,
        debt_asset: Address,
        amount: U256,
        collateral_asset: Address,
    ) -> Result<U256, LendingError> {
        let by = cx.sender();
        ensure!(by != account, LendingError::OwnLiquidation);
        let (limit, debt) = self.certain_health(cx, account)?;
        ensure!(debt > limit, LendingError::Healthy { limit, debt });
        let market = self.market(cx, debt_asset)?;
        let owed = market.debt_of(self.positions.get((account, debt_asset)).borrowed);
        let close = U256::from(self.terms.get(debt_asset).close_factor);
        let max = owed.mul_div(close, U256::from(ALL), Rounding::Up);
        ensure!(amount <= max, LendingError::AboveCloseFactor { max });
        // Both must be known. Before anything is moved: whoever moves it cannot move the prices meanwhile.
        let prices = (
            self.price(cx, debt_asset)?,
            self.price(cx, collateral_asset)?,
        );
        let repaid = self.settle(cx, debt_asset, market, account, amount)?;
        let seized = self.worth(repaid, prices, collateral_asset);
        self.seize(cx, collateral_asset, account, by, seized)?;
        cx.emit(Liquidated {
            account,
            by,
            debt_asset,
            repaid,
            collateral_asset,
            seized,
        });
        Ok(seized)
    }

    /// Takes of what the pool has beyond what it owes.
    pub fn withdraw_reserves(
        &mut self,
        cx: &mut Ctx,
        asset: Address,
        to: Address,
        amount: U256,
    ) -> Result<(), LendingError> {
        self.ownable.only_owner(cx)?;
        let market = self.market(cx, asset)?;
        let supplied = market.reserves();
        ensure!(
            amount <= supplied,
            LendingError::InsufficientSupply {
                supplied,
                needed: amount
            }
        );
        self.take_cash(asset, market, amount)?;
        cx.emit(ReservesWithdrawn { asset, to, amount });
        Ok(erc20::send(cx, asset, to, amount)?)
    }

    /// The market as it is now.
    fn market(&self, cx: &Ctx, asset: Address) -> Result<Market, LendingError> {
        let market = self.markets.get(asset);
        ensure!(market.supply_index > 0, LendingError::NoMarket { asset });
        Ok(market.accrued(&self.terms.get(asset), cx.block_timestamp()))
    }

    /// The limit and the debt of an account by such prices. Without one, what it has supplied counts as much as it ever
    /// does, and what it owes nothing.
    fn weigh(
        &self,
        cx: &Ctx,
        account: Address,
        price_of: impl Fn(Address) -> Result<Option<U256>, LendingError>,
    ) -> Result<(U256, U256), LendingError> {
        let (mut limit, mut debt) = (U256::ZERO, U256::ZERO);
        for asset in self.assets.iter() {
            let position = self.positions.get((account, asset));
            if position.supplied == 0 && position.borrowed == 0 {
                continue;
            }
            let terms = self.terms.get(asset);
            let factor = U256::from(terms.collateral_factor);
            if factor.is_zero() && position.borrowed == 0 {
                // It counts for nothing, whatever it costs: an oracle that is silent about it stops nobody.
                continue;
            }
            let (market, price) = (self.market(cx, asset)?, price_of(asset)?);
            let (unit, ceiling) = (U256::from(UNIT), U256::from(terms.ceiling));
            let supplied = market.supply_of(position.supplied);
            let lendable = price.unwrap_or(ceiling).min(ceiling);
            let value = supplied.mul_div(lendable, unit, Rounding::Down);
            limit += value.mul_div(factor, U256::from(ALL), Rounding::Down);
            let owed = market.debt_of(position.borrowed);
            debt += owed.mul_div(price.unwrap_or(U256::ZERO), unit, Rounding::Up);
        }
        Ok((limit, debt))
    }

    fn price(&self, cx: &Ctx, asset: Address) -> Result<U256, LendingError> {
        let price = IPriceOracle::at(self.oracle.get()).price_of(cx, asset)?;
        ensure!(!price.is_zero(), LendingError::NoPrice { asset });
        Ok(price)
    }

    /// Refuses that an account owes more than it can. Who owes nothing has nothing to show.
    fn check_collateral(&self, cx: &Ctx, account: Address) -> Result<(), LendingError> {
        let owes = |asset| self.positions.get((account, asset)).borrowed > 0;
        if !self.assets.iter().any(owes) {
            return Ok(());
        }
        let (limit, debt) = self.health(cx, account)?;
        ensure!(
            debt <= limit,
            LendingError::Undercollateralised { limit, debt }
        );
        Ok(())
    }

    /// Keeps the market without so much cash, which is to be sent.
    fn take_cash(
        &mut self,
        asset: Address,
        mut market: Market,
        needed: U256,
    ) -> Result<(), LendingError> {
        let cash = U256::from(market.cash);
        let rest = cash.checked_sub(needed);
        market.cash = narrow(rest.ok_or(LendingError::InsufficientCash { cash, needed })?)?;
        self.markets.set(asset, market);
        Ok(())
    }

    /// Takes what the caller pays of a debt. How much arrived.
    fn settle(
        &mut self,
        cx: &mut Ctx,
        asset: Address,
        mut market: Market,
        account: Address,
        amount: U256,
    ) -> Result<U256, LendingError> {
        let by = cx.sender();
        let amount = take(cx, asset, amount)?;
        let mut entry = self.positions.entry((account, asset));
        let position = entry.get();
        // What is paid of a debt that was rounded up pays all of its shares.
        let paid = if amount == market.debt_of(position.borrowed) {
            position.borrowed
        } else {
            narrow(market.debt_shares(amount, Rounding::Down))?
        };
        ensure!(paid > 0, LendingError::NothingToDo);
        market.cash = narrow(U256::from(market.cash) + amount)?;
        market.borrowed -= paid;
        entry.set(Position {
            borrowed: position.borrowed - paid,
            ..position
        });
        self.markets.set(asset, market);
        cx.emit(Repaid {
            asset,
            account,
            by,
            amount,
        });
        Ok(amount)
    }

    /// What a liquidator gets of an asset for so much of another, with the bonus: rounded down.
    fn worth(&self, paid: U256, (price_paid, price): (U256, U256), asset: Address) -> U256 {
        let bonus = U256::from(self.terms.get(asset).bonus);
        let whole = U256::from(ALL);
        let amount = paid.mul_div(price_paid, price, Rounding::Down);
        amount.mul_div(whole + bonus, whole, Rounding::Down)
    }

    /// Makes supply of one account another's.
    fn seize(
        &mut self,
        cx: &Ctx,
        asset: Address,
        from: Address,
        to: Address,
        amount: U256,
    ) -> Result<(), LendingError> {
        let market = self.market(cx, asset)?;
        let shares = narrow(market.supply_shares(amount, Rounding::Down))?;
        let mut entry = self.positions.entry((from, asset));
        let position = entry.get();
        let rest = position.supplied.checked_sub(shares);
        let supplied = rest.ok_or_else(|| LendingError::InsufficientSupply {
            supplied: market.supply_of(position.supplied),
            needed: amount,
        })?;
        entry.set(Position {
            supplied,
            ..position
        });
        let mut entry = self.positions.entry((to, asset));
        entry.update(|position| Position {
            supplied: position.supplied + shares,
            ..position
        });
        Ok(())
    }
}

/// Takes tokens of the caller. How many arrived: fewer than were sent, if the token takes a fee. More do not count: they
/// were not asked for, and a limit was held to what was.
fn take(cx: &mut Ctx, asset: Address, amount: U256) -> Result<U256, LendingError> {
    let (from, here, token) = (cx.sender(), cx.address(), IERC20::at(asset));
    let before = token.balance_of(cx, here)?;
    erc20::pull(cx, asset, from, here, amount)?;
    Ok((token.balance_of(cx, here)? - before).min(amount))
}

/// What the pool counts in.
fn narrow(amount: U256) -> Result<u128, LendingError> {
    u128::try_from(amount).map_err(|_| LendingError::TooLarge { amount })
}
