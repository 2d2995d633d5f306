//! What the timelock is asked to do, and may do to the governor.

use crate::interface::{GovernorError, ITimelock, ProposalState};
use zx::prelude::*;

/// What becomes of a proposal that has succeeded: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue)]
pub(crate) struct Queueing {
    pub(crate) timelock: Address,
    /// In units of the clock.
    pub(crate) period: u32,
    /// In seconds.
    pub(crate) grace: u32,
}

/// What tells the operations of governors apart that share a timelock.
pub(crate) fn salt(cx: &Ctx, description_hash: B256) -> B256 {
    let mut salt = description_hash;
    for (byte, own) in salt.iter_mut().zip(cx.address()) {
        *byte ^= own;
    }
    salt
}

/// Where a proposal is that the timelock was given: it may have been cancelled there, or executed.
pub(crate) fn queued(
    cx: &Ctx,
    queueing: Queueing,
    eta: U256,
    operation: B256,
) -> Result<ProposalState, GovernorError> {
    let timelock = ITimelock::at(queueing.timelock);
    if !timelock.is_operation_pending(cx, operation)? {
        let done = timelock.is_operation_done(cx, operation)?;
        return Ok(if done {
            ProposalState::Executed
        } else {
            ProposalState::Canceled
        });
    }
    let last = eta + U256::from(queueing.grace);
    let late = queueing.grace != 0 && U256::from(cx.block_timestamp()) >= last;
    Ok(if late {
        ProposalState::Expired
    } else {
        ProposalState::Queued
    })
}

/// How often the timelock may make a call of the governor, in this transaction.
pub(crate) fn allowed(cx: &Ctx, call: B256) -> U256 {
    U256::from_be_bytes(cx.load_transient(call.0))
}

/// Allows the timelock those calls of a proposal that concern the governor itself, and returns their hashes.
pub(crate) fn allow_calls(cx: &mut Ctx, targets: &[Address], calldatas: &[Bytes]) -> Vec<B256> {
    let mut own = Vec::new();
    for (target, calldata) in targets.iter().zip(calldatas) {
        if *target == cx.address() {
            let call = cx.keccak256(calldata);
            let times = allowed(cx, call) + U256::ONE;
            cx.store_transient(call.0, times.to_be_bytes());
            own.push(call);
        }
    }
    own
}
