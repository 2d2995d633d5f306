//! What the contract tells, and why it refuses.

use zx::{components::Erc20Error, prelude::*};

/// Coins became tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Deposit {
    /// Whose.
    #[indexed]
    pub to: Address,
    /// How many, in wei.
    pub value: U256,
}

/// Tokens became coins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Withdrawal {
    /// Whose.
    #[indexed]
    pub from: Address,
    /// How many, in wei.
    pub value: U256,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum WrappedError {
    /// Of the token (EIP-6093).
    Token(Erc20Error),
    /// The receiver of coins does not take them.
    NotSent(CallError),
}
