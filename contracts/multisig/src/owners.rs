//! Who owns a wallet.

use crate::{MultisigError, OwnerAdded, OwnerRemoved, ThresholdChanged};
use zx::prelude::*;

/// Owners at most: confirmations are counted by walking through them.
const MAXIMUM: u32 = 32;

/// The owners.
#[zx::storage]
#[derive(Debug)]
pub(crate) struct Owners {
    list: List<Address>,
    /// Number of an owner's membership, from 1 on: who comes back has another.
    memberships: Map<Address, u64>,
    state: Item<State>,
}

/// One slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
struct State {
    /// How many owners must agree.
    threshold: u32,
    /// How many memberships there were.
    memberships: u64,
}

impl Owners {
    pub(crate) fn all(&self) -> Vec<Address> {
        self.list.to_vec()
    }

    pub(crate) fn threshold(&self) -> u32 {
        self.state.get().threshold
    }

    /// Which membership an account has, if it is an owner.
    pub(crate) fn membership(&self, account: Address) -> Option<u64> {
        Some(self.memberships.get(account)).filter(|membership| *membership > 0)
    }

    pub(crate) fn add(&mut self, cx: &mut Ctx, owner: Address) -> Result<(), MultisigError> {
        let possible = !owner.is_zero() && owner != cx.address();
        ensure!(
            possible && self.membership(owner).is_none(),
            MultisigError::InvalidOwner { owner }
        );
        ensure!(self.list.len() < MAXIMUM, MultisigError::TooManyOwners);
        let mut state = self.state.get();
        state.memberships += 1;
        self.state.set(state);
        self.memberships.set(owner, state.memberships);
        self.list.push(owner);
        cx.emit(OwnerAdded { owner });
        Ok(())
    }

    /// Whether enough remain is for the caller to check.
    pub(crate) fn remove(&mut self, cx: &mut Ctx, owner: Address) -> Result<(), MultisigError> {
        let index = self.list.iter().zip(0..).find(|(one, _)| *one == owner);
        let Some((_, index)) = index else {
            return Err(MultisigError::NotOwner { account: owner });
        };
        self.list.swap_remove(index);
        self.memberships.clear(owner);
        cx.emit(OwnerRemoved { owner });
        Ok(())
    }

    pub(crate) fn set_threshold(
        &mut self,
        cx: &mut Ctx,
        threshold: u32,
    ) -> Result<(), MultisigError> {
        self.check_threshold(threshold)?;
        self.state.update(|state| State { threshold, ..state });
        cx.emit(ThresholdChanged { threshold });
        Ok(())
    }

    pub(crate) fn check_threshold(&self, threshold: u32) -> Result<(), MultisigError> {
        let owners = self.list.len();
        ensure!(
            (1..=owners).contains(&threshold),
            MultisigError::InvalidThreshold { threshold, owners }
        );
        Ok(())
    }
}
