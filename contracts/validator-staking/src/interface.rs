//! What the contract takes, tells and returns, and why it refuses.

use zx::prelude::*;

/// The rules, set for good when the contract is deployed. Shares are in ten-thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Abi)]
pub struct Parameters {
    /// What a validator must have staked itself, in wei; one, at least.
    pub minimum_self_stake: u128,
    /// What others must delegate at a time, in wei.
    pub minimum_delegation: u128,
    /// Length of an epoch, in blocks; at most a million.
    pub epoch_blocks: u64,
    /// Blocks that a stake which leaves stays liable, counted from the end of the epoch; no shorter than an epoch, and
    /// at most ten million.
    pub unbonding_blocks: u64,
    /// Blocks that a validator stays out after an offence, at least; at most ten million.
    pub jail_blocks: u64,
    /// Who hands out rewards: the account by which the chain calls, for instance.
    pub distributor: Address,
    /// Share of a stake that an offence costs.
    pub slash_share: u16,
    /// Share of that which who reports the offence is paid; half, at most, and never more than half of what the validator
    /// itself loses.
    pub reporter_share: u16,
    /// What they are paid at most, in wei.
    pub maximum_reporter_reward: u128,
    /// By how much a commission can change in an epoch.
    pub commission_step: u16,
    /// Size of the validator set; at most 100.
    pub maximum_validators: u16,
    /// How many can stand for it; at most 200, and no fewer than the set has.
    pub maximum_candidates: u16,
}

/// Two votes of one validator that exclude each other: same kind, height and round, but another block.
#[derive(Clone, Debug, PartialEq, Eq, zx::Abi)]
pub struct Evidence {
    /// Whose.
    pub operator: Address,
    /// Kind of both votes.
    pub kind: u8,
    /// Height of both.
    pub height: u64,
    /// Round of both.
    pub round: u32,
    /// Block that the one is for; zero is a vote for none.
    pub first: B256,
    /// Its signature.
    pub first_signature: Bytes,
    /// Block that the other is for.
    pub second: B256,
    /// Its signature.
    pub second_signature: Bytes,
}

/// A member of a validator set: one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::StorageValue, zx::Abi)]
pub struct Member {
    /// The validator.
    pub operator: Address,
    /// What was staked with it when the epoch began, in wei.
    pub stake: Uint<96>,
}

/// What is known of a validator.
#[derive(Clone, Debug, PartialEq, Eq, zx::Abi)]
pub struct ValidatorInfo {
    /// Its consensus key in this epoch: 32 bytes are Ed25519's, 64 secp256k1's; none if there is no such validator.
    pub key: Bytes,
    /// What is staked with it, in wei.
    pub stake: u128,
    /// Shares in that.
    pub shares: u128,
    /// What it has staked itself, in wei.
    pub self_stake: U256,
    /// Its part of rewards, in ten-thousandths.
    pub commission: u16,
    /// The most that it may ever ask.
    pub maximum_commission: u16,
    /// What it can claim of that, in wei.
    pub commission_due: u128,
    /// Block of its registration.
    pub registered: u64,
    /// Whether it stands for the next set.
    pub standing: bool,
    /// Block until which it is jailed: zero if it is not, 2^64 - 1 if it stays so.
    pub jailed_until: u64,
    /// How often it was slashed.
    pub slashes: u32,
}

/// A stake that leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Abi)]
pub struct Leaving {
    /// What is left of it, in wei.
    pub amount: u128,
    /// Block from which on it can be withdrawn.
    pub withdrawable: u64,
}

/// A validator registered.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct Registered {
    /// Who.
    #[indexed]
    pub operator: Address,
    /// With which consensus key.
    pub key: Bytes,
    /// With which commission, in ten-thousandths.
    pub commission: u16,
}

/// A validator votes by another consensus key from an epoch on.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct KeyChanged {
    /// Who.
    #[indexed]
    pub operator: Address,
    /// By which.
    pub key: Bytes,
    /// From which epoch on.
    pub epoch: u64,
}

/// Somebody staked with a validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Delegated {
    /// With whom.
    #[indexed]
    pub operator: Address,
    /// Who.
    #[indexed]
    pub delegator: Address,
    /// How much, in wei.
    pub amount: U256,
    /// For how many shares.
    pub shares: u128,
}

/// A stake leaves a validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Undelegated {
    /// Whom.
    #[indexed]
    pub operator: Address,
    /// Whose.
    #[indexed]
    pub delegator: Address,
    /// How much, in wei.
    pub amount: u128,
    /// Of how many shares.
    pub shares: u128,
    /// Block from which on it can be withdrawn.
    pub withdrawable: u64,
}

/// Stakes that left were paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Withdrawn {
    /// With whom they were.
    #[indexed]
    pub operator: Address,
    /// Whose.
    #[indexed]
    pub delegator: Address,
    /// How much, in wei.
    pub amount: u128,
}

/// A validator and its delegators have earned something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct RewardDistributed {
    /// Who.
    #[indexed]
    pub operator: Address,
    /// How much, in wei.
    pub amount: U256,
    /// The validator's own part of it, before the rest is shared out.
    pub commission: U256,
}

/// Somebody was paid what they earned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct RewardClaimed {
    /// With whom.
    #[indexed]
    pub operator: Address,
    /// Who.
    #[indexed]
    pub delegator: Address,
    /// How much, in wei.
    pub amount: u128,
}

/// A validator was paid its commission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct CommissionClaimed {
    /// Who.
    #[indexed]
    pub operator: Address,
    /// How much, in wei.
    pub amount: u128,
}

/// A validator asks another commission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct CommissionChanged {
    /// Who.
    #[indexed]
    pub operator: Address,
    /// In ten-thousandths.
    pub commission: u16,
}

/// A validator was caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Slashed {
    /// Whom.
    #[indexed]
    pub operator: Address,
    /// By whom.
    #[indexed]
    pub reporter: Address,
    /// Height of the offence: stakes that stood for it then and are leaving lose their share when they are withdrawn.
    pub height: u64,
    /// What was taken of the stakes that stay, in wei; zero if that was done before, for a later height.
    pub penalty: u128,
    /// What the reporter was paid of it.
    pub reward: u128,
}

/// A validator is out until it says that it is back, which it cannot before this block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Jailed {
    /// Who.
    #[indexed]
    pub operator: Address,
    /// 2^64 - 1 is for ever.
    pub until: u64,
}

/// A validator stands for the next sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Joined {
    /// Who.
    #[indexed]
    pub operator: Address,
}

/// A validator stands no more: jailed, outbid, or with too little of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Left {
    /// Who.
    #[indexed]
    pub operator: Address,
}

/// The set of an epoch was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct SetChosen {
    /// Which.
    #[indexed]
    pub epoch: u64,
    /// How many members it has.
    pub members: u32,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum ValidatorError {
    /// The rules contradict themselves or the contract's bounds.
    InvalidParameters,
    /// An epoch would be longer than the contract allows.
    EpochTooLong {
        /// How long, in blocks.
        blocks: u64,
        /// How long it may be.
        maximum: u64,
    },
    /// What leaves would be held longer than the contract allows.
    UnbondingTooLong {
        /// How long, in blocks.
        blocks: u64,
        /// How long it may be.
        maximum: u64,
    },
    /// Validators would stay out longer than the contract allows.
    JailTooLong {
        /// How long, in blocks.
        blocks: u64,
        /// How long it may be.
        maximum: u64,
    },
    /// The account has registered already.
    AlreadyRegistered,
    /// There is no such validator.
    UnknownValidator {
        /// Who is none.
        operator: Address,
    },
    /// It has neither 32 nor 64 bytes.
    InvalidKey {
        /// How many it has.
        length: U256,
    },
    /// A validator has this key, or had it: this one too.
    KeyTaken {
        /// Who.
        operator: Address,
    },
    /// The key has changed in this epoch.
    KeyJustChanged {
        /// The epoch.
        epoch: u64,
    },
    /// The validator is liable for votes by so many keys that it cannot have another yet.
    TooManyKeys,
    /// The key has not signed this.
    InvalidSignature,
    /// It is above its limit.
    CommissionTooHigh {
        /// What is asked.
        commission: u16,
        /// What may be.
        maximum: u16,
    },
    /// It changes by too much at a time.
    CommissionStepTooLarge {
        /// By how much it would.
        step: u16,
        /// By how much it may.
        maximum: u16,
    },
    /// It has changed in this epoch, or was set in it.
    CommissionJustChanged {
        /// The epoch.
        epoch: u64,
    },
    /// It is less than it takes.
    TooLittle {
        /// What it is, in wei.
        amount: U256,
        /// What it takes.
        minimum: u128,
    },
    /// The contract does not count so far: 2^96 - 1 wei with a validator, 2^128 - 1 in all.
    TooMuch {
        /// What it would have to count.
        amount: U256,
    },
    /// The account has fewer shares.
    InsufficientShares {
        /// What it has.
        shares: u128,
        /// What it would take.
        needed: U256,
    },
    /// It is too little for a share, or a wei.
    WorthNothing,
    /// Stakes leave at too many times at once: withdraw some, or wait.
    TooManyLeaving,
    /// Nothing has come, or nothing can be paid yet.
    Nothing,
    /// Only the distributor hands out rewards.
    NotDistributor {
        /// Who is not.
        account: Address,
    },
    /// The validator is jailed.
    JailedUntil {
        /// The last block of it; 2^64 - 1 is for ever.
        block: u64,
    },
    /// The validator is not jailed.
    NotJailed,
    /// The validator stands already.
    AlreadyStanding,
    /// All places are taken by those who have as much.
    Outbid {
        /// What has to be exceeded, in wei.
        stake: u128,
    },
    /// The votes do not exclude each other.
    NoConflict,
    /// The votes are of a time for which nobody can be held liable: before the registration, too old, or to come.
    OutOfTime {
        /// Their height.
        height: u64,
    },
    /// The validator was slashed for this.
    AlreadyPunished {
        /// The height that it was slashed for.
        height: u64,
    },
    /// The epoch has not begun.
    NotYet {
        /// The epoch that it is.
        epoch: u64,
    },
    /// It could not be sent.
    NotSent(CallError),
}
