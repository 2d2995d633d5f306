//! How guardians give the wallet another owner.

use crate::{RecoveryError, RecoveryStarted, RecoverySupported};
use zx::prelude::*;

/// Whom guardians want, and since when enough of them do.
#[zx::storage]
#[derive(Debug)]
pub(crate) struct Recovery {
    state: Item<State>,
    /// By round and guardian: whom they want.
    wants: Map<(u32, Address), Address>,
    /// By round and candidate: how many want them.
    support: Map<(u32, Address), u8>,
}

/// One slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
struct State {
    /// Who will be the owner; the zero address if there is no recovery.
    candidate: Address,
    /// When, in seconds since 1970.
    ready: u64,
    /// Goes up when a recovery ends, one way or the other: what guardians wanted then is forgotten.
    round: u32,
}

impl Recovery {
    /// Who will be the owner, and when.
    pub(crate) fn running(&self) -> Option<(Address, u64)> {
        let State {
            candidate, ready, ..
        } = self.state.get();
        (!candidate.is_zero()).then_some((candidate, ready))
    }

    /// How many guardians want somebody.
    pub(crate) fn support_of(&self, candidate: Address) -> u8 {
        self.support.get((self.state.get().round, candidate))
    }

    /// A guardian wants somebody, and nobody else any more. With enough of them, the recovery begins.
    pub(crate) fn want(
        &mut self,
        cx: &mut Ctx,
        guardian: Address,
        candidate: Address,
        threshold: u8,
        delay: u64,
    ) -> Result<(), RecoveryError> {
        let state = self.state.get();
        ensure!(
            state.candidate.is_zero(),
            RecoveryError::RecoveryRunning {
                candidate: state.candidate
            }
        );
        let round = state.round;
        let before = self.wants.entry((round, guardian)).replace(candidate);
        ensure!(
            before != candidate,
            RecoveryError::AlreadySupported { candidate }
        );
        if !before.is_zero() {
            self.support
                .entry((round, before))
                .update(|count| count - 1);
        }
        let count = self
            .support
            .entry((round, candidate))
            .update(|count| count + 1);
        cx.emit(RecoverySupported {
            guardian,
            candidate,
        });
        if count >= threshold {
            let ready = cx.block_timestamp() + delay;
            self.state.set(State {
                candidate,
                ready,
                round,
            });
            cx.emit(RecoveryStarted { candidate, ready });
        }
        Ok(())
    }

    /// Ends it, one way or the other.
    pub(crate) fn end(&mut self) {
        self.state.update(|state| State {
            candidate: Address::ZERO,
            ready: 0,
            round: state.round + 1,
        });
    }
}
