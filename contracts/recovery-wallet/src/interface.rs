//! What the wallet does, tells, and why it refuses.

use zx::{components::erc20::TokenError, prelude::*};

/// A call that the wallet makes.
#[derive(Clone, Debug, PartialEq, Eq, zx::Abi, zx::TypedData)]
pub struct Call {
    /// Whom it calls.
    pub to: Address,
    /// What it sends, in wei.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
}

/// A guardian's signature: 65 bytes (r, s, v) of an account, whatever it likes of a contract (EIP-1271).
#[derive(Clone, Debug, PartialEq, Eq, zx::Abi)]
pub struct Approval {
    /// Whose.
    pub guardian: Address,
    /// It.
    pub signature: Bytes,
}

/// What owner and guardians sign for the wallet to have signed a hash (EIP-1271).
#[derive(Clone, Copy, Debug, zx::TypedData)]
pub struct Message {
    /// The hash.
    pub hash: B256,
}

/// Coins came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Received {
    /// From whom.
    #[indexed]
    pub from: Address,
    /// How many, in wei.
    pub value: U256,
}

/// The owner spent something within a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Spent {
    /// What: a token, or the zero address for coins.
    #[indexed]
    pub token: Address,
    /// Whom to.
    #[indexed]
    pub to: Address,
    /// How much.
    pub amount: U256,
}

/// The owner wants calls to be made, which have to wait.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct Scheduled {
    /// Number of the operation.
    #[indexed]
    pub id: U256,
    /// When it can be executed without guardians, in seconds since 1970.
    pub ready: u64,
    /// Which: whoever executes it names them again.
    pub calls: Vec<Call>,
}

/// A guardian agrees with an operation, or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Spoken {
    /// Which.
    #[indexed]
    pub id: U256,
    /// Who.
    #[indexed]
    pub guardian: Address,
    /// Whether they agree.
    pub agrees: bool,
}

/// The calls of an operation were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Executed {
    /// Which.
    #[indexed]
    pub id: U256,
}

/// An operation will not be executed: the owner thought better of it, or guardians did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Dropped {
    /// Which.
    #[indexed]
    pub id: U256,
}

/// A guardian wants the wallet to have another owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct RecoverySupported {
    /// Who.
    #[indexed]
    pub guardian: Address,
    /// Whom.
    #[indexed]
    pub candidate: Address,
}

/// Enough guardians want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct RecoveryStarted {
    /// Whom.
    #[indexed]
    pub candidate: Address,
    /// When it can be done, in seconds since 1970.
    pub ready: u64,
}

/// The owner is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct RecoveryCancelled {
    /// Who would have been the owner.
    #[indexed]
    pub candidate: Address,
}

/// The wallet has another owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct OwnerChanged {
    /// Who was it.
    #[indexed]
    pub previous: Address,
    /// Who is.
    #[indexed]
    pub owner: Address,
}

/// There is another guardian.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct GuardianAdded {
    /// Who.
    #[indexed]
    pub guardian: Address,
}

/// A guardian is one no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct GuardianRemoved {
    /// Who.
    #[indexed]
    pub guardian: Address,
}

/// Another number of guardians must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct ThresholdChanged {
    /// How many.
    pub threshold: u8,
}

/// Another amount can be spent in a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct LimitChanged {
    /// Of what: a token, or the zero address for coins.
    #[indexed]
    pub token: Address,
    /// How much.
    pub daily: u128,
}

/// A contract can be called without delay, or no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct TrustChanged {
    /// Which.
    #[indexed]
    pub target: Address,
    /// Whether it can.
    pub trusted: bool,
}

/// Other delays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct DelaysChanged {
    /// Of a recovery, in seconds.
    pub recovery: u64,
    /// Of an operation, in seconds.
    pub operation: u64,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum RecoveryError {
    /// Only the owner can.
    NotOwner {
        /// Who is not.
        account: Address,
    },
    /// Only guardians can.
    NotGuardian {
        /// Who is none.
        account: Address,
    },
    /// Only the wallet itself can, by an operation.
    NotSelf {
        /// Who is not.
        account: Address,
    },
    /// Nobody can be the owner who is: the zero address, the wallet itself, a guardian, or the owner already.
    InvalidOwner {
        /// Who cannot.
        owner: Address,
    },
    /// Nobody can be a guardian who is: the zero address, the wallet itself, the owner, or a guardian already.
    InvalidGuardian {
        /// Who cannot.
        guardian: Address,
    },
    /// There would be more guardians than 16.
    TooManyGuardians,
    /// So many guardians cannot agree: it is none, or more than there are.
    InvalidThreshold {
        /// How many would have to.
        threshold: u8,
        /// How many there would be.
        guardians: u32,
    },
    /// It is no time at all, or more than a year.
    InvalidDelay {
        /// How long it would be.
        seconds: u64,
    },
    /// Today, no more than is left can be spent without delay.
    OverLimit {
        /// Of what: a token, or the zero address for coins.
        token: Address,
        /// What was to be spent.
        amount: U256,
        /// What is left of the limit.
        left: u128,
    },
    /// There is nothing to spend.
    ZeroAmount,
    /// The contract can only be called by an operation.
    NotTrusted {
        /// Which.
        target: Address,
    },
    /// It cannot be trusted: the wallet itself, or a token with a limit.
    CannotTrust {
        /// Which.
        target: Address,
    },
    /// There is no such operation any more: executed, dropped, or of a time with another owner or other guardians.
    UnknownOperation {
        /// Which.
        id: U256,
    },
    /// The operation has other calls.
    OtherCalls {
        /// Which.
        id: U256,
    },
    /// An operation has to do something.
    NoCalls,
    /// Sixteen operations wait already: guardians must be able to reject each.
    TooManyOperations,
    /// It has to wait, or more guardians have to agree.
    NotReady {
        /// Until when, in seconds since 1970.
        ready: u64,
        /// How many guardians agree.
        agree: u8,
        /// How many must.
        threshold: u8,
    },
    /// The guardian has spoken already.
    AlreadySpoken {
        /// About which operation.
        id: U256,
    },
    /// The guardian wants them already.
    AlreadySupported {
        /// Whom.
        candidate: Address,
    },
    /// There is a recovery: it is finished first, or cancelled.
    RecoveryRunning {
        /// Whom it makes the owner.
        candidate: Address,
    },
    /// There is no recovery.
    NoRecovery,
    /// The owner still has time to cancel it.
    TooEarly {
        /// Until when, in seconds since 1970.
        ready: u64,
    },
    /// There is no code to call.
    NoCode {
        /// Where.
        to: Address,
    },
    /// A call failed, and with it all.
    CallFailed {
        /// Which, from 0 on.
        index: u32,
        /// In its own words.
        reason: Bytes,
    },
    /// Tokens were not sent.
    Token(TokenError),
}
