//! What the wallet does, tells, and why it refuses.

use zx::prelude::*;

/// A call that the wallet makes.
#[derive(Clone, Debug, PartialEq, Eq, zx::Abi, zx::TypedData)]
pub struct Call {
    /// Whom it calls.
    pub to: Address,
    /// What it sends, in wei.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
    /// Gas that must be left when it is made, so that whoever executes it cannot choose with how little it is made: what is
    /// called may go on where something fails that it calls, and all would count as done. Zero if it does not matter.
    pub gas: u64,
}

/// An owner's signature: 65 bytes (r, s, v) of an account, whatever it likes of a contract (EIP-1271).
#[derive(Clone, Debug, PartialEq, Eq, zx::Abi)]
pub struct Approval {
    /// Whose.
    pub owner: Address,
    /// It.
    pub signature: Bytes,
}

/// What owners sign: calls that are made in this order, all or none. Each nonce is used once.
#[derive(Clone, Debug, zx::TypedData)]
pub struct Batch {
    /// The calls; none use the nonce up, so that nothing else can be made with it.
    pub calls: Vec<Call>,
    /// The wallet's nonce.
    pub nonce: U256,
    /// Until when, in seconds since 1970.
    pub deadline: U256,
}

/// What owners sign for the wallet to have signed a hash (EIP-1271).
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

/// An owner proposes to make calls.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct Proposed {
    /// Number of the proposal.
    #[indexed]
    pub id: U256,
    /// Who.
    #[indexed]
    pub owner: Address,
    /// Which: whoever executes the proposal names them again.
    pub calls: Vec<Call>,
}

/// An owner agrees with a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Confirmed {
    /// Which.
    #[indexed]
    pub id: U256,
    /// Who.
    #[indexed]
    pub owner: Address,
}

/// An owner agrees no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Revoked {
    /// With which.
    #[indexed]
    pub id: U256,
    /// Who.
    #[indexed]
    pub owner: Address,
}

/// The calls of a proposal were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Executed {
    /// Which.
    #[indexed]
    pub id: U256,
}

/// Calls that owners had signed were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct ExecutedSigned {
    /// With which nonce.
    #[indexed]
    pub nonce: U256,
}

/// There is another owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct OwnerAdded {
    /// Who.
    #[indexed]
    pub owner: Address,
}

/// An owner is one no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct OwnerRemoved {
    /// Who.
    #[indexed]
    pub owner: Address,
}

/// Another number of owners must agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct ThresholdChanged {
    /// How many.
    pub threshold: u32,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum MultisigError {
    /// Only owners can.
    NotOwner {
        /// Who is none.
        account: Address,
    },
    /// Only the wallet itself can, by a batch that enough owners agree with.
    NotSelf {
        /// Who is not.
        account: Address,
    },
    /// Nobody can be an owner who is: the zero address, the wallet itself, or one already.
    InvalidOwner {
        /// Who cannot.
        owner: Address,
    },
    /// There would be more owners than 32.
    TooManyOwners,
    /// So many owners cannot agree: it is none, or more than there are.
    InvalidThreshold {
        /// How many would have to.
        threshold: u32,
        /// How many there would be.
        owners: u32,
    },
    /// There is no such proposal, or it was executed.
    UnknownProposal {
        /// Which.
        id: U256,
    },
    /// The proposal has other calls.
    OtherCalls {
        /// Which.
        id: U256,
    },
    /// A proposal has to do something.
    NoCalls,
    /// The owner agrees already.
    AlreadyConfirmed {
        /// With which.
        id: U256,
    },
    /// The owner does not agree.
    NotConfirmed {
        /// With which.
        id: U256,
    },
    /// Too few of the owners agree.
    TooFew {
        /// How many do.
        agree: u32,
        /// How many must.
        threshold: u32,
    },
    /// Signatures are given by the owners' addresses, ascending, each once.
    Unordered {
        /// Whose is not above the one before.
        owner: Address,
    },
    /// The owner has not signed this.
    InvalidSignature {
        /// Who has not.
        owner: Address,
    },
    /// It is too late.
    Expired {
        /// Until when it was good, in seconds since 1970.
        deadline: U256,
    },
    /// There is no code to call.
    NoCode {
        /// Where.
        to: Address,
    },
    /// There is too little gas for a call, and nothing is done.
    TooLittleGas {
        /// Which, from 0 on.
        index: u32,
        /// What must be left.
        needed: u64,
    },
    /// A call failed, and with it all.
    CallFailed {
        /// Which, from 0 on.
        index: u32,
        /// In its own words.
        reason: Bytes,
    },
}
