//! Keys that a validator had, has, and will have.

use crate::{KeyChanged, ValidatorError, ValidatorStaking, consensus, rules::MAXIMUM_KEYS};
use zx::prelude::*;

/// A key that a validator uses no more, and can be held liable for.
#[derive(Clone, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Former {
    key: Bytes,
    /// The first epoch in which it was not used.
    until: u64,
}

impl ValidatorStaking {
    /// The key that a validator votes by in an epoch; of those before it was liable, none that it then had.
    pub(crate) fn key_in(&self, operator: Address, epoch: u64) -> Bytes {
        let validator = self.validators.at(operator);
        let from = validator.next_from.get();
        if from > 0 && epoch >= from {
            return validator.next_key.get();
        }
        let later = |former: &Former| epoch < former.until;
        let former = validator.former.iter().filter(later);
        let first = former.min_by_key(|former| former.until);
        first.map_or_else(|| validator.key.get(), |former| former.key)
    }

    /// Makes a key that its owner has used an operator's, for good.
    pub(crate) fn bind(
        &mut self,
        cx: &Ctx,
        key: &[u8],
        operator: Address,
        proof: &[u8],
    ) -> Result<(), ValidatorError> {
        consensus::check_key(cx, key, operator, proof)?;
        let mut owner = self.operator_of_key.entry(cx.keccak256(key));
        let taken = owner.replace(operator);
        ensure!(
            taken.is_zero(),
            ValidatorError::KeyTaken { operator: taken }
        );
        Ok(())
    }

    /// Gives a validator another key, from the next epoch on.
    pub(crate) fn rotate(
        &mut self,
        cx: &mut Ctx,
        operator: Address,
        key: Bytes,
    ) -> Result<(), ValidatorError> {
        let epoch = self.epoch(cx);
        let from = self.validators.at(operator).next_from.get();
        ensure!(from <= epoch, ValidatorError::KeyJustChanged { epoch });
        if from > 0 {
            self.retire(cx, operator, from)?;
        }
        let epoch = epoch + 1;
        let mut validator = self.validators.at_mut(operator);
        validator.next_key.set(key.clone());
        validator.next_from.set(epoch);
        cx.emit(KeyChanged {
            operator,
            key,
            epoch,
        });
        Ok(())
    }

    /// Puts the key that has been in use since an epoch into the place of the one before, which is kept for as long as
    /// somebody is liable for votes by it.
    fn retire(&mut self, cx: &Ctx, operator: Address, until: u64) -> Result<(), ValidatorError> {
        let (now, clock) = (cx.block_number(), self.clock.get());
        let end = |former: &Former| former.until.saturating_mul(clock.epoch_blocks);
        let liable = |former: &Former| now < end(former).saturating_add(clock.unbonding_blocks);
        let mut validator = self.validators.at_mut(operator);
        // From the end: what fills a gap has been looked at.
        for index in (0..validator.former.len()).rev() {
            let former = validator.former.get(index);
            if former.is_some_and(|former| !liable(&former)) {
                validator.former.swap_remove(index);
            }
        }
        ensure!(
            validator.former.len() < MAXIMUM_KEYS,
            ValidatorError::TooManyKeys
        );
        let key = validator.key.get();
        validator.former.push(Former { key, until });
        let next = validator.next_key.get();
        validator.key.set(next);
        Ok(())
    }
}
