//! What an offence leads to.

use crate::{
    FOR_EVER, Jailed, MAXIMUM_SLASHES, Slash, Slashed, Standing, ValidatorError, ValidatorStaking,
    part, penalty, rules::MAXIMUM_REPORTER_SHARE,
};
use zx::prelude::*;

impl ValidatorStaking {
    /// Whether an offence was punished already, with others that were before the punishment. If it is the earliest of them,
    /// who left between it and the next is liable from now on.
    pub(crate) fn was_punished(
        &mut self,
        operator: Address,
        height: u64,
    ) -> Result<bool, ValidatorError> {
        let mut validator = self.validators.at_mut(operator);
        let mut slashes = validator.slashes.iter().zip(0..);
        let Some((slash, index)) = slashes.find(|(slash, _)| height <= slash.at) else {
            drop(slashes);
            // After the last, nobody votes by this key any more.
            let last = validator.slashes.get(MAXIMUM_SLASHES - 1);
            return match last {
                Some(Slash { height, .. }) => Err(ValidatorError::AlreadyPunished { height }),
                None => Ok(false),
            };
        };
        ensure!(
            height < slash.height,
            ValidatorError::AlreadyPunished {
                height: slash.height
            }
        );
        drop(slashes);
        validator.slashes.set(index, Slash { height, ..slash });
        Ok(true)
    }

    pub(crate) fn jail(&mut self, cx: &mut Ctx, operator: Address) {
        self.stand_no_more(cx, operator);
        let jail_blocks = self.clock.get().jail_blocks;
        let mut validator = self.validators.at_mut(operator);
        let until = if validator.slashes.len() + 1 >= MAXIMUM_SLASHES {
            FOR_EVER
        } else {
            cx.block_number().saturating_add(jail_blocks)
        };
        validator.standing.update(|standing| Standing {
            jailed_until: until,
            ..standing
        });
        cx.emit(Jailed { operator, until });
    }

    /// Takes a share of what is staked with a validator, and notes it for what is leaving.
    pub(crate) fn slash(
        &mut self,
        cx: &mut Ctx,
        operator: Address,
        height: u64,
    ) -> Result<u128, ValidatorError> {
        let rules = self.rules.get();
        let mut pool = self.pools.get(operator);
        let penalty = penalty(pool.stake, rules.slash_share);
        let own_stake = self.own_stake(cx, operator);
        pool.stake -= penalty;
        self.pools.set(operator, pool);
        self.validators.at_mut(operator).slashes.push(Slash {
            height,
            at: cx.block_number(),
            share: rules.slash_share,
        });
        let own_loss = own_stake - self.own_stake(cx, operator);
        let reward = part(penalty, rules.reporter_share)
            .min(rules.maximum_reporter_reward)
            .min(part(own_loss, MAXIMUM_REPORTER_SHARE));
        let mut sums = self.sums.get();
        sums.staked -= penalty;
        self.sums.set(sums);
        self.burned.add(penalty - reward);
        let reporter = cx.sender();
        cx.emit(Slashed {
            operator,
            reporter,
            height,
            penalty,
            reward,
        });
        if reward > 0 {
            cx.send(reporter, U256::from(reward))?;
        }
        Ok(reward)
    }
}
