//! What the timelock tells, and why it refuses.

use zx::{components::AccessControlError, prelude::*};

/// A call will be made: one of the calls of an operation.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct CallScheduled {
    /// The operation.
    #[indexed]
    pub id: B256,
    /// Which of its calls, from zero on.
    #[indexed]
    pub index: U256,
    /// Whom it calls.
    pub target: Address,
    /// Wei that go along.
    pub value: U256,
    /// The calldata.
    pub data: Bytes,
    /// The operation that has to be done before; zero if none has.
    pub predecessor: B256,
    /// How long it has to wait, in seconds.
    pub delay: U256,
}

/// A call was made.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct CallExecuted {
    /// The operation.
    #[indexed]
    pub id: B256,
    /// Which of its calls, from zero on.
    #[indexed]
    pub index: U256,
    /// Whom it called.
    pub target: Address,
    /// Wei that went along.
    pub value: U256,
    /// The calldata.
    pub data: Bytes,
}

/// The salt of an operation that was scheduled, unless it is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct CallSalt {
    /// The operation.
    #[indexed]
    pub id: B256,
    /// What tells it from others that do the same.
    pub salt: B256,
}

/// An operation will not be executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Cancelled {
    /// The operation.
    #[indexed]
    pub id: B256,
}

/// Operations have to wait for another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct MinDelayChange {
    /// What it was, in seconds.
    pub old_duration: U256,
    /// What it is.
    pub new_duration: U256,
}

/// Where an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Abi)]
pub enum OperationState {
    /// Nobody has scheduled it, or it was cancelled.
    Unset,
    /// It has to wait.
    Waiting,
    /// It can be executed.
    Ready,
    /// It was executed.
    Done,
}

impl OperationState {
    /// The state as errors tell it: a bit for each state that would do.
    pub(crate) const fn bit(self) -> u64 {
        1 << self as u8
    }
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum TimelockError {
    /// A batch has as many targets as values and payloads.
    TimelockInvalidOperationLength {
        /// Targets that there are.
        targets: U256,
        /// Payloads.
        payloads: U256,
        /// Values.
        values: U256,
    },
    /// Nothing is done that soon.
    TimelockInsufficientDelay {
        /// What was asked for, in seconds.
        delay: U256,
        /// The least that there is.
        min_delay: U256,
    },
    /// The operation is in another state.
    TimelockUnexpectedOperationState {
        /// The operation.
        operation_id: B256,
        /// The states that would do, a bit for each: 1 unset, 2 waiting, 4 ready, 8 done.
        expected_states: B256,
    },
    /// Another operation has to be done first.
    TimelockUnexecutedPredecessor {
        /// Which.
        predecessor_id: B256,
    },
    /// Only the timelock itself can do this, by an operation.
    TimelockUnauthorizedCaller {
        /// Who tried.
        caller: Address,
    },
    /// A call of the operation failed without a word.
    FailedCall {},
    /// The caller lacks a role.
    Access(AccessControlError),
    /// A call of the operation failed, in its own words.
    Call(CallError),
}
