//! How rewards become those of stakers.

use zx::prelude::*;

/// Binary places of what a staked unit has earned. Rewards that ever came stay below 2^128, so that it fits 256 bits even if
/// only one unit is staked; and so does its product with any stake, because no stake was more than the whole when it grew.
/// What rounding takes of it is less than a unit in all.
const SCALE: u32 = 128;

/// What a period gives: two slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Period {
    /// In all.
    pub(crate) amount: u128,
    /// Until now: to the stakers, or to nobody.
    pub(crate) released: u128,
    /// When it began, in seconds since 1970.
    pub(crate) start: u64,
    /// When it ends.
    pub(crate) finish: u64,
}

impl Period {
    /// What it has given at a time, rounded down; all of it at its end.
    pub(crate) fn released_at(&self, now: u64) -> u128 {
        if now >= self.finish {
            return self.amount;
        }
        let elapsed = U256::from(now.saturating_sub(self.start));
        let duration = U256::from(self.finish - self.start);
        let released = U256::from(self.amount) * elapsed / duration;
        // Not above the amount, which fits.
        u128::try_from(released).unwrap_or(self.amount)
    }
}

/// Two sums that every change needs: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Totals {
    /// What is staked.
    pub(crate) staked: u128,
    /// What was given while nobody had a stake: kept for the next period.
    pub(crate) unassigned: u128,
}

/// What came, and what went: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Funds {
    /// Rewards that ever came.
    pub(crate) funded: u128,
    /// Rewards that were ever paid.
    pub(crate) paid: u128,
}

/// An account: two slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Staker {
    /// What it has staked.
    pub(crate) stake: u128,
    /// What it had earned when it was last looked at.
    pub(crate) earned: u128,
    /// What a staked unit had earned then, in parts.
    pub(crate) seen: U256,
}

impl Staker {
    /// The same, looked at now. Rounded down: what is staked in two accounts earns no more than in one.
    pub(crate) fn settled(self, per_share: U256) -> Self {
        let grown = per_share - self.seen;
        let earned = (U256::from(self.stake) * grown) >> SCALE;
        // No more than all rewards, which fit.
        let earned = self
            .earned
            .saturating_add(u128::try_from(earned).unwrap_or(u128::MAX));
        Self {
            earned,
            seen: per_share,
            ..self
        }
    }
}

/// What is the case at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Accrued {
    pub(crate) period: Period,
    pub(crate) totals: Totals,
    pub(crate) per_share: U256,
}

impl Accrued {
    /// Hands what the period has given since the last look to the stakers, by their stakes.
    pub(crate) fn at(self, now: u64) -> Self {
        let Self {
            mut period,
            mut totals,
            mut per_share,
        } = self;
        let released = period.released_at(now);
        let fresh = released - period.released;
        period.released = released;
        if totals.staked == 0 {
            totals.unassigned += fresh;
        } else {
            let staked = U256::from(totals.staked);
            per_share += (U256::from(fresh) << SCALE) / staked;
        }
        Self {
            period,
            totals,
            per_share,
        }
    }
}
