//! Stakes: what is with a validator, whose it is, what it earns, and what an offence takes of it.

use crate::ValidatorError;
use zx::prelude::*;

/// Ten thousand ten-thousandths.
pub(crate) const WHOLE: u16 = 10_000;

/// What is staked with one validator is below 2^96 wei: a member of a set is one slot.
const MAXIMUM_STAKE: u128 = (1 << 96) - 1;

/// Binary places of what a share has earned. Rewards that ever came are below 2^128 wei, so that it fits 256 bits even if
/// there is one share only; and so does its product with anybody's shares, because they were no more than all when it grew.
const SCALE: u32 = 128;

/// What is staked with a validator, and the shares in it: one slot. A slash takes stakes and leaves shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Pool {
    /// In wei.
    pub(crate) stake: u128,
    pub(crate) shares: u128,
}

impl Pool {
    /// What shares are worth in wei, rounded down.
    pub(crate) fn worth(&self, shares: u128) -> u128 {
        if self.shares == 0 {
            return 0;
        }
        let worth = U256::from(shares) * U256::from(self.stake) / U256::from(self.shares);
        // Shares are part of all shares, so that it is part of the stake.
        u128::try_from(worth).unwrap_or(self.stake)
    }

    /// Takes a stake in, for shares, rounded down.
    pub(crate) fn bring(&mut self, amount: U256) -> Result<u128, ValidatorError> {
        let stake = U256::from(self.stake).saturating_add(amount);
        let too_much = ValidatorError::TooMuch { amount: stake };
        let stake = u128::try_from(stake).ok();
        let stake = stake
            .filter(|stake| *stake <= MAXIMUM_STAKE)
            .ok_or(too_much.clone())?;
        let shares = if self.shares == 0 {
            amount
        } else {
            // All was slashed: whoever brought something would share it with those who lost all.
            ensure!(self.stake > 0, ValidatorError::WorthNothing);
            amount * U256::from(self.shares) / U256::from(self.stake)
        };
        let shares = u128::try_from(shares).map_err(|_| too_much.clone())?;
        ensure!(shares > 0, ValidatorError::WorthNothing);
        self.shares = self.shares.checked_add(shares).ok_or(too_much)?;
        self.stake = stake;
        Ok(shares)
    }

    /// Lets shares go, for what they are worth.
    pub(crate) fn take(&mut self, shares: u128) -> Result<u128, ValidatorError> {
        let amount = self.worth(shares);
        ensure!(amount > 0, ValidatorError::WorthNothing);
        self.stake -= amount;
        self.shares -= shares;
        Ok(amount)
    }

    /// What a reward is to each share, in parts, rounded down.
    pub(crate) fn per_share(&self, reward: U256) -> U256 {
        (reward << SCALE) / U256::from(self.shares)
    }
}

/// A part of an amount, rounded down.
pub(crate) fn part(amount: u128, share: u16) -> u128 {
    scaled(amount, share, 0)
}

/// What an offence takes, rounded up.
pub(crate) fn penalty(amount: u128, share: u16) -> u128 {
    scaled(amount, share, WHOLE - 1)
}

fn scaled(amount: u128, share: u16, rounding: u16) -> u128 {
    let part = U256::from(amount) * U256::from(share) + U256::from(rounding);
    // No share is above the whole.
    u128::try_from(part / U256::from(WHOLE)).unwrap_or(amount)
}

/// What somebody has with a validator: two slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Delegation {
    pub(crate) shares: u128,
    /// What it had earned when it was last looked at, in wei.
    pub(crate) earned: u128,
    /// What a share had earned then, in parts.
    pub(crate) seen: U256,
}

impl Delegation {
    /// The same, looked at now; rounded down.
    pub(crate) fn settled(self, per_share: U256) -> Self {
        let fresh = (U256::from(self.shares) * (per_share - self.seen)) >> SCALE;
        // No more than all rewards, which fit.
        let fresh = u128::try_from(fresh).unwrap_or(u128::MAX);
        Self {
            earned: self.earned.saturating_add(fresh),
            seen: per_share,
            ..self
        }
    }
}

/// A stake that leaves: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Exit {
    /// What it was, in wei.
    pub(crate) amount: u128,
    /// First block that it does not stand for: until then it counts in the set.
    pub(crate) until: u64,
    /// How many slashes there were before: those it has borne.
    pub(crate) slashes: u8,
}

impl Exit {
    /// What is left of it, after the offences that it stood for.
    pub(crate) fn left(&self, slashes: &[Slash]) -> u128 {
        let later = slashes.iter().skip(usize::from(self.slashes));
        let borne = later.filter(|slash| slash.height < self.until);
        borne.fold(self.amount, |left, slash| left - penalty(left, slash.share))
    }
}

/// An offence that was punished: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Slash {
    /// The earliest height that is known of it.
    pub(crate) height: u64,
    /// Block in which it was punished.
    pub(crate) at: u64,
    /// What it takes, in ten-thousandths.
    pub(crate) share: u16,
}

/// All that is here: two slots, and the third for what is nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Sums {
    /// Staked with validators, in wei.
    pub(crate) staked: u128,
    /// Leaving, as it left.
    pub(crate) leaving: u128,
    /// Rewards that ever came.
    pub(crate) distributed: u128,
    /// Rewards that were ever paid.
    pub(crate) paid: u128,
}
