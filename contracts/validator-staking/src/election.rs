//! Who stands for the set, and who was in it.

use crate::{Member, ValidatorError, stake::Pool};
use zx::prelude::*;

/// Candidates, and the sets of past epochs.
#[zx::storage]
#[derive(Debug)]
pub(crate) struct Election {
    /// Who stands, in no order.
    candidates: List<Address>,
    /// Epochs of which there is a set, ascending.
    chosen: List<u64>,
    /// Those sets, by stake.
    sets: Map<u64, Vec<Member>>,
}

/// Where the stakes are.
pub(crate) type Pools = Map<Address, Pool>;

impl Election {
    pub(crate) fn candidates(&self) -> Vec<Address> {
        self.candidates.to_vec()
    }

    /// The most staked-with candidates, by stake; of equal ones, the lower address is first.
    pub(crate) fn top(&self, pools: &Pools, count: u16) -> Vec<Member> {
        let mut members: Vec<Member> = self
            .candidates
            .iter()
            .map(|operator| {
                // No pool is larger than the type.
                let stake = Uint::try_from(U256::from(pools.get(operator).stake));
                let stake = stake.unwrap_or(Uint::MAX);
                Member { operator, stake }
            })
            .collect();
        members.sort_unstable_by(|a, b| {
            let by_stake = b.stake.get().cmp(&a.stake.get());
            by_stake.then_with(|| a.operator.cmp(&b.operator))
        });
        members.truncate(usize::from(count));
        members
    }

    /// Writes down the set of an epoch, which is later than any before.
    pub(crate) fn note(&mut self, epoch: u64, members: Vec<Member>) {
        self.chosen.push(epoch);
        self.sets.set(epoch, members);
    }

    /// The set of an epoch: that of the first epoch from it on which has one, because nothing has changed before that.
    /// None if nothing has changed since.
    pub(crate) fn set_of(&self, epoch: u64) -> Option<Vec<Member>> {
        let (mut from, mut to) = (0, self.chosen.len());
        // Those before `from` are earlier, those from `to` on are not.
        while from < to {
            let middle = from + (to - from) / 2;
            if self.chosen.get(middle).is_some_and(|chosen| chosen < epoch) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        self.chosen.get(from).map(|chosen| self.sets.get(chosen))
    }

    /// Gives a validator a place, which it returns (from 1 on), and who lost it, if all were taken.
    pub(crate) fn enter(
        &mut self,
        pools: &Pools,
        operator: Address,
        maximum: u16,
    ) -> Result<(u16, Option<Address>), ValidatorError> {
        let taken = self.candidates.len();
        if taken < u32::from(maximum) {
            self.candidates.push(operator);
            return Ok((place(taken), None));
        }
        // The one that would be last in the order of the set.
        let weakest = (0..taken)
            .filter_map(|index| Some((index, self.candidates.get(index)?)))
            .map(|(index, operator)| (pools.get(operator).stake, operator, index))
            .min_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
        let (stake, loser, index) = weakest.ok_or(ValidatorError::InvalidParameters)?;
        ensure!(
            pools.get(operator).stake > stake,
            ValidatorError::Outbid { stake }
        );
        self.candidates.set(index, operator);
        Ok((place(index), Some(loser)))
    }

    /// Takes the validator at a place out; who has the place now, if it was not the last.
    pub(crate) fn leave(&mut self, place: u16) -> Option<Address> {
        let index = u32::from(place.saturating_sub(1));
        self.candidates.swap_remove(index);
        self.candidates.get(index)
    }
}

/// The place at an index; there are at most 200.
fn place(index: u32) -> u16 {
    u16::try_from(index + 1).unwrap_or(u16::MAX)
}
