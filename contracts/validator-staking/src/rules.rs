//! The rules, as they are stored, and the contract's own bounds.

use crate::{Parameters, ValidatorError, stake::WHOLE};
use zx::prelude::*;

/// What a set can have at most: writing it down costs 22,100 gas a member.
const MAXIMUM_VALIDATORS: u16 = 100;
/// How many can stand at most: looking at them costs 4,200 gas each.
const MAXIMUM_CANDIDATES: u16 = 200;
/// Length of an epoch at most, in blocks: eleven days of one a second. With a longer one, nobody would see the set change
/// again whom it does not please, and what is undelegated would be held until its end.
pub(crate) const MAXIMUM_EPOCH_BLOCKS: u64 = 1_000_000;
/// How long what leaves stays liable, and how long a validator stays out, at most, in blocks: four months of one a second.
/// Whoever deploys the contract cannot keep what others stake for good, nor have block numbers overflow.
pub(crate) const MAXIMUM_UNBONDING_BLOCKS: u64 = 10_000_000;
pub(crate) const MAXIMUM_JAIL_BLOCKS: u64 = 10_000_000;
/// What a reporter can be paid at most, of a penalty and of what the validator itself loses: one that reports itself must
/// lose by it, even if nearly all that is staked with it is its delegators'.
pub(crate) const MAXIMUM_REPORTER_SHARE: u16 = WHOLE / 2;
/// Stakes of an account that leave a validator at once.
pub(crate) const MAXIMUM_EXITS: u32 = 8;
/// Keys that a validator has used and is liable for, besides the last two.
pub(crate) const MAXIMUM_KEYS: u32 = 8;
/// Slashes of a validator; the last one is for ever.
pub(crate) const MAXIMUM_SLASHES: u32 = 8;

/// Times, in blocks: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Clock {
    pub(crate) epoch_blocks: u64,
    pub(crate) unbonding_blocks: u64,
    pub(crate) jail_blocks: u64,
    /// The first epoch of which no set was written down.
    pub(crate) next_set: u64,
}

impl Clock {
    pub(crate) fn epoch_of(&self, block: u64) -> u64 {
        block / self.epoch_blocks
    }

    /// First block after an epoch.
    pub(crate) fn end_of(&self, epoch: u64) -> u64 {
        epoch.saturating_add(1).saturating_mul(self.epoch_blocks)
    }
}

/// Shares and sizes: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Rules {
    pub(crate) maximum_reporter_reward: u128,
    pub(crate) slash_share: u16,
    pub(crate) reporter_share: u16,
    pub(crate) commission_step: u16,
    pub(crate) maximum_validators: u16,
    pub(crate) maximum_candidates: u16,
}

/// What it takes, in wei: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Minimums {
    pub(crate) self_stake: u128,
    pub(crate) delegation: u128,
}

/// The parameters as they are stored, if they make sense.
pub(crate) fn checked(parameters: &Parameters) -> Result<(Clock, Rules, Minimums), ValidatorError> {
    let Parameters {
        minimum_self_stake,
        minimum_delegation,
        epoch_blocks,
        unbonding_blocks,
        jail_blocks,
        slash_share,
        reporter_share,
        maximum_reporter_reward,
        commission_step,
        maximum_validators,
        maximum_candidates,
        ..
    } = *parameters;
    let sizes = (1..=MAXIMUM_VALIDATORS).contains(&maximum_validators)
        && (maximum_validators..=MAXIMUM_CANDIDATES).contains(&maximum_candidates);
    let shares =
        slash_share.max(commission_step) <= WHOLE && reporter_share <= MAXIMUM_REPORTER_SHARE;
    let times = epoch_blocks > 0 && unbonding_blocks >= epoch_blocks && jail_blocks > 0;
    ensure!(
        sizes && times && shares && minimum_self_stake > 0,
        ValidatorError::InvalidParameters
    );
    ensure!(
        epoch_blocks <= MAXIMUM_EPOCH_BLOCKS,
        ValidatorError::EpochTooLong {
            blocks: epoch_blocks,
            maximum: MAXIMUM_EPOCH_BLOCKS
        }
    );
    ensure!(
        unbonding_blocks <= MAXIMUM_UNBONDING_BLOCKS,
        ValidatorError::UnbondingTooLong {
            blocks: unbonding_blocks,
            maximum: MAXIMUM_UNBONDING_BLOCKS
        }
    );
    ensure!(
        jail_blocks <= MAXIMUM_JAIL_BLOCKS,
        ValidatorError::JailTooLong {
            blocks: jail_blocks,
            maximum: MAXIMUM_JAIL_BLOCKS
        }
    );
    let clock = Clock {
        epoch_blocks,
        unbonding_blocks,
        jail_blocks,
        next_set: 0,
    };
    let rules = Rules {
        maximum_reporter_reward,
        slash_share,
        reporter_share,
        commission_step,
        maximum_validators,
        maximum_candidates,
    };
    let minimums = Minimums {
        self_stake: minimum_self_stake,
        delegation: minimum_delegation,
    };
    Ok((clock, rules, minimums))
}

/// The parameters again.
pub(crate) fn told(
    clock: Clock,
    rules: Rules,
    minimums: Minimums,
    distributor: Address,
) -> Parameters {
    Parameters {
        minimum_self_stake: minimums.self_stake,
        minimum_delegation: minimums.delegation,
        epoch_blocks: clock.epoch_blocks,
        unbonding_blocks: clock.unbonding_blocks,
        jail_blocks: clock.jail_blocks,
        distributor,
        slash_share: rules.slash_share,
        reporter_share: rules.reporter_share,
        maximum_reporter_reward: rules.maximum_reporter_reward,
        commission_step: rules.commission_step,
        maximum_validators: rules.maximum_validators,
        maximum_candidates: rules.maximum_candidates,
    }
}

pub(crate) fn check_commission(commission: u16, maximum: u16) -> Result<(), ValidatorError> {
    ensure!(
        commission <= maximum,
        ValidatorError::CommissionTooHigh {
            commission,
            maximum
        }
    );
    Ok(())
}
