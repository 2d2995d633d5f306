//! An asset: who has supplied and borrowed how much of it, and what that has become.
//!
//! Amounts grow with time, and are kept without: a share is an amount divided by the index of the time when it came, and is
//! worth itself times the index of now. Whatever is divided is rounded for the pool: a supplier has a little less than it
//! would be, a debtor owes a little more. So what the pool has and is owed never falls below what it owes.

use zx::prelude::*;

/// One, as indices and rates have it: 10^27.
pub(crate) const RAY: u128 = 1_000_000_000_000_000_000_000_000_000;

/// 100 %, in hundredths of a percent.
pub(crate) const ALL: u16 = 10_000;

/// Seconds of a year, of 365 days.
const YEAR: u64 = 31_536_000;

/// On which terms an asset is supplied and lent; parts and rates in hundredths of a percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue, zx::Abi)]
pub struct Terms {
    /// Of the value of what is supplied, the part that can be borrowed against it.
    pub collateral_factor: u16,
    /// Of a debt, the part that can be liquidated at once.
    pub close_factor: u16,
    /// What a liquidator gets of it as collateral, besides what was paid.
    pub bonus: u16,
    /// Of the interest, the part that the suppliers do not get.
    pub reserve_factor: u16,
    /// Interest of a year while nothing is lent.
    pub base_rate: u32,
    /// What it grows by until all is lent.
    pub slope: u32,
    /// Of all, the part from which on it grows by `jump` too.
    pub kink: u16,
    /// What it grows by besides from there until all is lent.
    pub jump: u32,
    /// Whether it is lent.
    pub lent: bool,
    /// What 10^18 of its smallest units count for as collateral at most, in the oracle's currency, whatever they cost; and
    /// against a liquidation as long as the oracle does not know.
    pub ceiling: u128,
}

/// State of a market: three slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Market {
    /// What a supplied share is worth, in parts of `RAY`.
    pub(crate) supply_index: u128,
    /// What a share of debt is.
    pub(crate) borrow_index: u128,
    /// Shares.
    pub(crate) supplied: u128,
    /// Shares of debt.
    pub(crate) borrowed: u128,
    /// Tokens that are here. What came without a call does not count.
    pub(crate) cash: u128,
    /// Until when interest was counted, in seconds since 1970.
    pub(crate) at: u64,
}

/// An account's shares of a market: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Position {
    pub(crate) supplied: u128,
    pub(crate) borrowed: u128,
}

impl Terms {
    /// Whether they can be: parts are parts, what is good as collateral is worth something, and who liquidates is never given more than the collateral was good for.
    pub(crate) fn are_sound(&self) -> bool {
        let whole = u64::from(ALL);
        let parts = [
            self.collateral_factor,
            self.close_factor,
            self.reserve_factor,
            self.kink,
        ];
        let given = u64::from(self.collateral_factor) * (whole + u64::from(self.bonus));
        parts.iter().all(|part| *part <= ALL)
            && self.bonus <= ALL
            && self.close_factor > 0
            && (self.ceiling > 0 || self.collateral_factor == 0)
            && given < whole * whole
    }

    /// Interest of a year, in parts of `RAY`, while so much is lent and so much is here.
    fn rate(&self, cash: U256, debt: U256) -> U256 {
        let ray = U256::from(RAY);
        let part = |of: u32| U256::from(of) * ray / U256::from(ALL);
        let lent = debt.mul_div(ray, cash + debt, Rounding::Up);
        let kink = part(u32::from(self.kink));
        let sloped = part(self.slope).mul_div(lent, ray, Rounding::Up);
        let above = lent.saturating_sub(kink);
        let jumped = if above.is_zero() {
            U256::ZERO
        } else {
            part(self.jump).mul_div(above, ray - kink, Rounding::Up)
        };
        part(self.base_rate) + sloped + jumped
    }
}

impl Market {
    /// As it begins.
    pub(crate) fn new(now: u64) -> Self {
        Self {
            supply_index: RAY,
            borrow_index: RAY,
            supplied: 0,
            borrowed: 0,
            cash: 0,
            at: now,
        }
    }

    /// As it is now: debts have grown by the interest since the last time, and what is supplied by the suppliers' part.
    pub(crate) fn accrued(self, terms: &Terms, now: u64) -> Self {
        let elapsed = now.saturating_sub(self.at);
        if elapsed == 0 || self.borrowed == 0 {
            return Self { at: now, ..self };
        }
        let (ray, borrowed) = (U256::from(RAY), U256::from(self.borrowed));
        let rate = terms.rate(U256::from(self.cash), self.all_debt());
        let growth = rate.mul_div(U256::from(elapsed), U256::from(YEAR), Rounding::Up);
        let grown = U256::from(self.borrow_index).mul_div(growth, ray, Rounding::Up);
        let borrow_index = capped(U256::from(self.borrow_index) + grown);
        let grown = U256::from(borrow_index - self.borrow_index);
        let suppliers = U256::from(ALL.saturating_sub(terms.reserve_factor));
        // Not rounded to whole units before it is divided: of a token with few decimal places, there are none in a second.
        let earned = if self.supplied == 0 {
            U256::ZERO
        } else {
            let shares = U256::from(self.supplied) * U256::from(ALL);
            let earned = grown.checked_mul_div(borrowed * suppliers, shares, Rounding::Down);
            earned.unwrap_or(U256::MAX)
        };
        Self {
            supply_index: capped(U256::from(self.supply_index).saturating_add(earned)),
            borrow_index,
            at: now,
            ..self
        }
    }

    /// Shares that so much is worth.
    pub(crate) fn supply_shares(&self, amount: U256, rounding: Rounding) -> U256 {
        amount.mul_div(U256::from(RAY), U256::from(self.supply_index), rounding)
    }

    /// What supplied shares are worth: rounded down.
    pub(crate) fn supply_of(&self, shares: u128) -> U256 {
        let index = U256::from(self.supply_index);
        U256::from(shares).mul_div(index, U256::from(RAY), Rounding::Down)
    }

    /// Shares of debt that so much is.
    pub(crate) fn debt_shares(&self, amount: U256, rounding: Rounding) -> U256 {
        amount.mul_div(U256::from(RAY), U256::from(self.borrow_index), rounding)
    }

    /// What shares of debt are: rounded up.
    pub(crate) fn debt_of(&self, shares: u128) -> U256 {
        let index = U256::from(self.borrow_index);
        U256::from(shares).mul_div(index, U256::from(RAY), Rounding::Up)
    }

    /// What all debtors owe, rounded down: what the pool can count on.
    pub(crate) fn all_debt(&self) -> U256 {
        let index = U256::from(self.borrow_index);
        U256::from(self.borrowed).mul_div(index, U256::from(RAY), Rounding::Down)
    }

    /// What all suppliers have, rounded up: what the pool owes.
    pub(crate) fn all_supplied(&self) -> U256 {
        let index = U256::from(self.supply_index);
        U256::from(self.supplied).mul_div(index, U256::from(RAY), Rounding::Up)
    }

    /// What the pool has and is owed beyond what it owes.
    pub(crate) fn reserves(&self) -> U256 {
        let has = U256::from(self.cash) + self.all_debt();
        has.saturating_sub(self.all_supplied())
    }
}

/// An index stays where it is once it is the largest, and what is owed or had by it does not grow any more.
fn capped(index: U256) -> u128 {
    u128::try_from(index).unwrap_or(u128::MAX)
}
