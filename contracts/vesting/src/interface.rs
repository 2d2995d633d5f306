//! What the wallet tells, and why it refuses.

use zx::{
    components::{OwnableError, erc20::TokenError},
    prelude::*,
};

/// Coins went to the beneficiary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct EtherReleased {
    /// How many, in wei.
    pub amount: U256,
}

/// Tokens went to the beneficiary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct ERC20Released {
    /// Which.
    #[indexed]
    pub token: Address,
    /// How many.
    pub amount: U256,
}

/// Nothing more becomes the beneficiary's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Revoked {
    /// Who stopped it.
    #[indexed]
    pub by: Address,
}

/// What had not become the beneficiary's went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Reclaimed {
    /// Which token; the zero address for coins.
    #[indexed]
    pub token: Address,
    /// How many.
    pub amount: U256,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum VestingError {
    /// Of the beneficiary, who owns the wallet.
    Ownable(OwnableError),
    /// The cliff is after the end.
    InvalidCliffDuration {
        /// Seconds from the start to the cliff.
        cliff_seconds: u64,
        /// Seconds from the start to the end.
        duration_seconds: u64,
    },
    /// The end lies beyond all time.
    InvalidDuration {
        /// Seconds from the start to the end.
        duration_seconds: u64,
    },
    /// Only who may revoke can do this; nobody, if nobody may.
    NotRevoker {
        /// Who tried.
        account: Address,
    },
    /// It is revoked already.
    AlreadyRevoked,
    /// Nothing goes back before it is revoked.
    NotRevoked,
    /// The beneficiary has given the wallet up.
    NoBeneficiary,
    /// The receiver of coins does not take them.
    NotSent {
        /// Who.
        to: Address,
        /// How many, in wei.
        value: U256,
    },
    /// A token was not moved.
    Token(TokenError),
    /// A token does not say what there is of it.
    Call(CallError),
}
