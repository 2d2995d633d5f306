//! What the pool tells, and what it asks of tokens.

use zx::prelude::*;

/// A token of the pair: any that is compatible with ERC-20.
#[zx::interface]
pub trait Token {
    /// Tokens of an account.
    fn balance_of(&self, account: Address) -> U256;
    /// Moves tokens of the pool.
    fn transfer(&mut self, to: Address, value: U256) -> bool;
    /// Moves tokens that the pool was allowed to move.
    fn transfer_from(&mut self, from: Address, to: Address, value: U256) -> bool;
}

/// Somebody added to the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct LiquidityAdded {
    /// Who.
    #[indexed]
    pub provider: Address,
    /// Of the first token.
    pub amount0: U256,
    /// Of the second.
    pub amount1: U256,
    /// Shares for it.
    pub shares: U256,
}

/// Somebody redeemed shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct LiquidityRemoved {
    /// Who.
    #[indexed]
    pub provider: Address,
    /// Of the first token.
    pub amount0: U256,
    /// Of the second.
    pub amount1: U256,
    /// Shares.
    pub shares: U256,
}

/// A trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Swapped {
    /// Who paid.
    #[indexed]
    pub trader: Address,
    /// With which token.
    #[indexed]
    pub token_in: Address,
    /// How much came in.
    pub amount_in: U256,
    /// How much of the other token went out.
    pub amount_out: U256,
    /// To whom.
    #[indexed]
    pub to: Address,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum PairError {
    /// A pair is of two tokens.
    SameToken {
        /// Which was named twice.
        token: Address,
    },
    /// The token is none of the pair's.
    UnknownToken {
        /// Which.
        token: Address,
    },
    /// The token said no, or less came than was there before.
    TransferFailed {
        /// Which.
        token: Address,
    },
    /// Too little for a share, or for a trade.
    TooLittle,
    /// The caller has no such number of shares.
    TooFewShares,
    /// The trade would give too little.
    Slippage {
        /// What it would give.
        out: U256,
        /// What the caller wants at least.
        min_out: U256,
    },
    /// The token refused, in its own words.
    Token(CallError),
}
