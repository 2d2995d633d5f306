//! Whose the wallet is, and who watches over it.

use crate::{GuardianAdded, GuardianRemoved, OwnerChanged, RecoveryError, ThresholdChanged};
use zx::prelude::*;

/// Guardians at most: those who sign are walked through.
const MAXIMUM: u32 = 16;
/// Operations that wait at once, at most: each that a thief schedules has to be rejected by itself.
const MAXIMUM_OPERATIONS: u8 = 16;

/// Owner and guardians.
#[zx::storage]
#[derive(Debug)]
pub(crate) struct Authority {
    state: Item<State>,
    guardians: EnumerableSet<Address>,
}

/// One slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
struct State {
    owner: Address,
    /// How many guardians must agree.
    threshold: u8,
    /// Goes up with each change: what was asked for under others is void.
    era: u64,
    /// How many operations of this era wait.
    waiting: u8,
}

impl Authority {
    pub(crate) fn owner(&self) -> Address {
        self.state.get().owner
    }

    pub(crate) fn threshold(&self) -> u8 {
        self.state.get().threshold
    }

    pub(crate) fn era(&self) -> u64 {
        self.state.get().era
    }

    pub(crate) fn guardians(&self) -> Vec<Address> {
        self.guardians.iter().collect()
    }

    pub(crate) fn is_guardian(&self, account: Address) -> bool {
        self.guardians.contains(&account)
    }

    pub(crate) fn only_owner(&self, cx: &Ctx) -> Result<(), RecoveryError> {
        let account = cx.sender();
        ensure!(account == self.owner(), RecoveryError::NotOwner { account });
        Ok(())
    }

    pub(crate) fn only_guardian(&self, cx: &Ctx) -> Result<Address, RecoveryError> {
        let account = cx.sender();
        ensure!(
            self.is_guardian(account),
            RecoveryError::NotGuardian { account }
        );
        Ok(account)
    }

    /// Whether somebody could be the owner who is not.
    pub(crate) fn check_candidate(&self, cx: &Ctx, owner: Address) -> Result<(), RecoveryError> {
        let possible = !owner.is_zero()
            && owner != cx.address()
            && owner != self.owner()
            && !self.is_guardian(owner);
        ensure!(possible, RecoveryError::InvalidOwner { owner });
        Ok(())
    }

    pub(crate) fn set_owner(&mut self, cx: &mut Ctx, owner: Address) -> Result<(), RecoveryError> {
        self.check_candidate(cx, owner)?;
        let State {
            owner: previous,
            threshold,
            era,
            ..
        } = self.state.get();
        self.state.set(State {
            owner,
            threshold,
            era: era + 1,
            waiting: 0,
        });
        cx.emit(OwnerChanged { previous, owner });
        Ok(())
    }

    pub(crate) fn add(&mut self, cx: &mut Ctx, guardian: Address) -> Result<(), RecoveryError> {
        let possible = !guardian.is_zero() && guardian != cx.address() && guardian != self.owner();
        ensure!(
            possible && self.guardians.insert(guardian),
            RecoveryError::InvalidGuardian { guardian }
        );
        ensure!(
            self.guardians.len() <= MAXIMUM,
            RecoveryError::TooManyGuardians
        );
        self.renew();
        cx.emit(GuardianAdded { guardian });
        Ok(())
    }

    pub(crate) fn remove(&mut self, cx: &mut Ctx, guardian: Address) -> Result<(), RecoveryError> {
        ensure!(
            self.guardians.remove(&guardian),
            RecoveryError::NotGuardian { account: guardian }
        );
        self.check_threshold(self.threshold())?;
        self.renew();
        cx.emit(GuardianRemoved { guardian });
        Ok(())
    }

    pub(crate) fn set_threshold(
        &mut self,
        cx: &mut Ctx,
        threshold: u8,
    ) -> Result<(), RecoveryError> {
        self.check_threshold(threshold)?;
        self.state.update(|state| State { threshold, ..state });
        self.renew();
        cx.emit(ThresholdChanged { threshold });
        Ok(())
    }

    /// Notes that an operation waits.
    pub(crate) fn begin_operation(&mut self) -> Result<(), RecoveryError> {
        let state = self.state.get();
        ensure!(
            state.waiting < MAXIMUM_OPERATIONS,
            RecoveryError::TooManyOperations
        );
        let waiting = state.waiting + 1;
        self.state.set(State { waiting, ..state });
        Ok(())
    }

    /// Notes that an operation of this era waits no more.
    pub(crate) fn end_operation(&mut self) {
        self.state.update(|state| State {
            waiting: state.waiting - 1,
            ..state
        });
    }

    fn check_threshold(&self, threshold: u8) -> Result<(), RecoveryError> {
        let guardians = self.guardians.len();
        ensure!(
            (1..=guardians).contains(&u32::from(threshold)),
            RecoveryError::InvalidThreshold {
                threshold,
                guardians
            }
        );
        Ok(())
    }

    fn renew(&mut self) {
        self.state.update(|state| State {
            era: state.era + 1,
            waiting: 0,
            ..state
        });
    }
}
