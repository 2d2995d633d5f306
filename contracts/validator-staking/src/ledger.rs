//! Stakes that come and go.

use crate::{Delegated, Delegation, Exit, MAXIMUM_EXITS, ValidatorError, ValidatorStaking};
use zx::prelude::*;

impl ValidatorStaking {
    /// What a validator has staked itself, in wei.
    pub(crate) fn self_stake(&self, operator: Address) -> U256 {
        let shares = self.delegations.get((operator, operator)).shares;
        U256::from(self.pools.get(operator).worth(shares))
    }

    /// What a validator itself has at stake, in wei: what it has staked, and what is leaving.
    pub(crate) fn own_stake(&self, cx: &Ctx, operator: Address) -> u128 {
        let (_, staked) = self.delegation(cx, operator, operator);
        let leaving = self.leaving(cx, operator, operator);
        leaving.iter().fold(staked, |sum, exit| sum + exit.amount)
    }

    pub(crate) fn settled(&self, operator: Address, delegator: Address) -> Delegation {
        let per_share = self.validators.at(operator).per_share.get();
        self.delegations
            .get((operator, delegator))
            .settled(per_share)
    }

    /// Stakes what came with the call for the caller.
    pub(crate) fn bring(
        &mut self,
        cx: &mut Ctx,
        operator: Address,
    ) -> Result<u128, ValidatorError> {
        let (delegator, amount) = (cx.sender(), cx.value());
        let mut pool = self.pools.get(operator);
        let staked = pool.stake;
        let shares = pool.bring(amount)?;
        self.pools.set(operator, pool);
        let mut sums = self.sums.get();
        sums.staked += pool.stake - staked;
        self.sums.set(sums);
        let mut delegation = self.settled(operator, delegator);
        delegation.shares += shares;
        self.delegations.set((operator, delegator), delegation);
        cx.emit(Delegated {
            operator,
            delegator,
            amount,
            shares,
        });
        Ok(shares)
    }

    /// Takes shares off the books; how many, and what they were worth.
    pub(crate) fn take(
        &mut self,
        operator: Address,
        delegator: Address,
        needed: U256,
    ) -> Result<(u128, u128), ValidatorError> {
        let mut delegation = self.settled(operator, delegator);
        let has = delegation.shares;
        let shares = u128::try_from(needed).ok().filter(|shares| *shares <= has);
        let shares = shares.ok_or(ValidatorError::InsufficientShares {
            shares: has,
            needed,
        })?;
        let mut pool = self.pools.get(operator);
        let amount = pool.take(shares)?;
        self.pools.set(operator, pool);
        delegation.shares -= shares;
        self.delegations.set((operator, delegator), delegation);
        let mut sums = self.sums.get();
        sums.staked -= amount;
        sums.leaving += amount;
        self.sums.set(sums);
        Ok((shares, amount))
    }

    /// Notes a stake that leaves, with what left before in the same epoch, if no slash was in between.
    pub(crate) fn note_exit(
        &mut self,
        operator: Address,
        delegator: Address,
        amount: u128,
        until: u64,
    ) -> Result<(), ValidatorError> {
        // There are at most eight.
        let slashes = self.validators.at(operator).slashes.len() as u8;
        let mut exits = self.exits.at_mut((operator, delegator));
        let alike = |exit: &Exit| exit.until == until && exit.slashes == slashes;
        let found = (0..exits.len())
            .filter_map(|index| Some((index, exits.get(index)?)))
            .find(|(_, exit)| alike(exit));
        if let Some((index, mut exit)) = found {
            exit.amount += amount;
            exits.set(index, exit);
            return Ok(());
        }
        ensure!(exits.len() < MAXIMUM_EXITS, ValidatorError::TooManyLeaving);
        exits.push(Exit {
            amount,
            until,
            slashes,
        });
        Ok(())
    }

    /// Takes what is no more liable off the list: what it was, and what is left of it.
    pub(crate) fn take_exits(
        &mut self,
        cx: &Ctx,
        operator: Address,
        delegator: Address,
    ) -> (u128, u128) {
        let (now, liable) = (cx.block_number(), self.clock.get().unbonding_blocks);
        let slashes = self.validators.at(operator).slashes.to_vec();
        let mut exits = self.exits.at_mut((operator, delegator));
        let (mut was, mut left) = (0, 0);
        // From the end: what fills a gap has been looked at.
        for index in (0..exits.len()).rev() {
            let Some(exit) = exits.get(index) else {
                continue;
            };
            if now >= exit.until.saturating_add(liable) {
                exits.swap_remove(index);
                was += exit.amount;
                left += exit.left(&slashes);
            }
        }
        (was, left)
    }

    /// Pays a reward, which is off the books of the one who has it, to the caller.
    pub(crate) fn pay(&mut self, cx: &mut Ctx, amount: u128) -> Result<u128, ValidatorError> {
        ensure!(amount > 0, ValidatorError::Nothing);
        let mut sums = self.sums.get();
        sums.paid += amount;
        self.sums.set(sums);
        cx.send(cx.sender(), U256::from(amount))?;
        Ok(amount)
    }
}
