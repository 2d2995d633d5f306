//! What the pool tells, why it refuses, and what it asks of tokens.

use zx::{
    components::{OwnableError, erc20::TokenError},
    prelude::*,
};

/// Somebody staked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Staked {
    /// Who.
    #[indexed]
    pub user: Address,
    /// How many tokens arrived.
    pub amount: U256,
}

/// Somebody took a stake back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Withdrawn {
    /// Who.
    #[indexed]
    pub user: Address,
    /// How many tokens.
    pub amount: U256,
}

/// Somebody was paid what they earned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct RewardPaid {
    /// Who.
    #[indexed]
    pub user: Address,
    /// How many tokens.
    pub reward: U256,
}

/// A period began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct RewardAdded {
    /// What came for it.
    pub reward: U256,
    /// What it gives in all: with what the period before had left, and what nobody was there to earn.
    pub total: U256,
    /// When it ends, in seconds since 1970.
    pub finish: u64,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum StakingError {
    /// Nothing was staked or withdrawn, or nothing of it arrived.
    ZeroAmount,
    /// A period takes a second, at least.
    ZeroDuration,
    /// There is nothing to give in the period.
    NothingToGive,
    /// The account has not staked so much.
    InsufficientStake {
        /// What it has staked.
        stake: U256,
        /// What it would take.
        needed: U256,
    },
    /// The pool counts to 2^128 - 1: all stakes together, and all rewards that ever came.
    TooMuch {
        /// What it would have to count.
        amount: U256,
    },
    /// Only the owner gives rewards.
    Ownable(OwnableError),
    /// Tokens were not sent.
    Token(TokenError),
    /// A token does not say what the pool has of it.
    Call(CallError),
}

zx::sol_interface! {
    /// What the pool asks of a token.
    pub interface IToken {
        function balanceOf(address account) external view returns (uint256);
    }
}
