//! What can be spent in a day.

use crate::RecoveryError;
use zx::prelude::*;

/// Seconds.
const DAY: u64 = 86_400;

/// Of coins or a token: two slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Limit {
    /// What can be spent in a day.
    pub(crate) daily: u128,
    /// What was spent on the last day on which something was.
    spent: u128,
    /// Which that was: days since 1970.
    day: u64,
}

impl Limit {
    /// The same with another amount a day; what was spent today is spent.
    pub(crate) fn with_daily(self, daily: u128) -> Self {
        Self { daily, ..self }
    }

    /// What is left today.
    pub(crate) fn left(&self, now: u64) -> u128 {
        let spent = if self.day == now / DAY { self.spent } else { 0 };
        self.daily.saturating_sub(spent)
    }

    /// The same, with an amount spent.
    pub(crate) fn spend(
        self,
        now: u64,
        token: Address,
        amount: U256,
    ) -> Result<Self, RecoveryError> {
        let left = self.left(now);
        let over = RecoveryError::OverLimit {
            token,
            amount,
            left,
        };
        let amount = u128::try_from(amount).ok();
        let amount = amount.filter(|amount| *amount <= left).ok_or(over)?;
        let day = now / DAY;
        let before = if self.day == day { self.spent } else { 0 };
        Ok(Self {
            daily: self.daily,
            spent: before + amount,
            day,
        })
    }
}
