//! Who stands for the set, and when it is written down.

use crate::{Clock, Joined, Left, SetChosen, Standing, ValidatorError, ValidatorStaking, at_least};
use zx::prelude::*;

impl ValidatorStaking {
    /// Writes the set of this epoch down before anything changes; which epoch it is.
    pub(crate) fn roll(&mut self, cx: &mut Ctx) -> u64 {
        let clock = self.clock.get();
        let epoch = clock.epoch_of(cx.block_number());
        if epoch >= clock.next_set {
            let members = self.next_validator_set(cx);
            let event = SetChosen {
                epoch,
                members: members.len() as u32,
            };
            self.election.note(epoch, members);
            let next_set = epoch + 1;
            self.clock.set(Clock { next_set, ..clock });
            cx.emit(event);
        }
        epoch
    }

    pub(crate) fn known(&self, operator: Address) -> Result<Standing, ValidatorError> {
        let standing = self.validators.at(operator).standing.get();
        ensure!(
            standing.registered > 0,
            ValidatorError::UnknownValidator { operator }
        );
        Ok(standing)
    }

    /// Gives a validator a place among the candidates.
    pub(crate) fn stand(&mut self, cx: &mut Ctx, operator: Address) -> Result<(), ValidatorError> {
        at_least(self.self_stake(operator), self.minimums.get().self_stake)?;
        let standing = self.validators.at(operator).standing.get();
        ensure!(standing.place == 0, ValidatorError::AlreadyStanding);
        let maximum = self.rules.get().maximum_candidates;
        let (place, loser) = self.election.enter(&self.pools, operator, maximum)?;
        if let Some(loser) = loser {
            self.set_place(loser, 0);
            cx.emit(Left { operator: loser });
        }
        self.set_place(operator, place);
        cx.emit(Joined { operator });
        Ok(())
    }

    /// Takes a validator's place away, if it has one.
    pub(crate) fn stand_no_more(&mut self, cx: &mut Ctx, operator: Address) {
        let place = self.validators.at(operator).standing.get().place;
        if place == 0 {
            return;
        }
        if let Some(moved) = self.election.leave(place) {
            self.set_place(moved, place);
        }
        self.set_place(operator, 0);
        cx.emit(Left { operator });
    }

    pub(crate) fn set_place(&mut self, operator: Address, place: u16) {
        let mut validator = self.validators.at_mut(operator);
        validator
            .standing
            .update(|standing| Standing { place, ..standing });
    }
}
