//! What the pool tells, why it refuses, and whom it asks.

use zx::{
    components::{OwnableError, erc20::TokenError},
    prelude::*,
};

/// An asset can be supplied, or its terms are others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct MarketSet {
    /// Which.
    #[indexed]
    pub asset: Address,
    /// Of the value of what is supplied, the part that can be borrowed against it, in hundredths of a percent.
    pub collateral_factor: u16,
    /// What a liquidator gets besides, in hundredths of a percent.
    pub bonus: u16,
}

/// Tokens came in, and bear interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Supplied {
    /// Which.
    #[indexed]
    pub asset: Address,
    /// Whose.
    #[indexed]
    pub account: Address,
    /// How many.
    pub amount: U256,
}

/// Tokens went out that were supplied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Withdrawn {
    /// Which.
    #[indexed]
    pub asset: Address,
    /// Whose.
    #[indexed]
    pub account: Address,
    /// How many.
    pub amount: U256,
}

/// Tokens went out that are owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Borrowed {
    /// Which.
    #[indexed]
    pub asset: Address,
    /// Who owes them.
    #[indexed]
    pub account: Address,
    /// How many.
    pub amount: U256,
}

/// Tokens came in that were owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Repaid {
    /// Which.
    #[indexed]
    pub asset: Address,
    /// Who owed them.
    #[indexed]
    pub account: Address,
    /// Who paid.
    #[indexed]
    pub by: Address,
    /// How many.
    pub amount: U256,
}

/// A debt was paid by somebody who got collateral for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Liquidated {
    /// Who owed it.
    #[indexed]
    pub account: Address,
    /// Who paid.
    #[indexed]
    pub by: Address,
    /// What was owed.
    pub debt_asset: Address,
    /// How much of it was paid.
    pub repaid: U256,
    /// What was supplied.
    pub collateral_asset: Address,
    /// How much of it is the liquidator's now.
    pub seized: U256,
}

/// The owner took of what the pool has beyond what it owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct ReservesWithdrawn {
    /// Which asset.
    #[indexed]
    pub asset: Address,
    /// Who got it.
    #[indexed]
    pub to: Address,
    /// How much.
    pub amount: U256,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum LendingError {
    /// Of the owner.
    Ownable(OwnableError),
    /// The terms are none: a liquidation would not pay for itself, or a part is more than the whole.
    InvalidTerms,
    /// The pool has as many markets as it can look through.
    TooManyMarkets,
    /// The asset has no market.
    NoMarket {
        /// Which.
        asset: Address,
    },
    /// The asset is not lent.
    NotLent {
        /// Which.
        asset: Address,
    },
    /// The amount is worth nothing here, or nothing is owed.
    NothingToDo,
    /// The amount is above all that the pool counts to: 2^128 - 1.
    TooLarge {
        /// What it is.
        amount: U256,
    },
    /// The account has not supplied so much.
    InsufficientSupply {
        /// What it has.
        supplied: U256,
        /// What it would take.
        needed: U256,
    },
    /// The pool has lent what it would take.
    InsufficientCash {
        /// What it has.
        cash: U256,
        /// What it would take.
        needed: U256,
    },
    /// The account would owe more than it can against what it has supplied.
    Undercollateralised {
        /// What it could owe, in the oracle's currency.
        limit: U256,
        /// What it would.
        debt: U256,
    },
    /// The account does not owe more than it can.
    Healthy {
        /// What it can owe, in the oracle's currency.
        limit: U256,
        /// What it does.
        debt: U256,
    },
    /// Not so much of a debt can be liquidated at once.
    AboveCloseFactor {
        /// What can.
        max: U256,
    },
    /// Nobody liquidates themselves.
    OwnLiquidation,
    /// The oracle says that the asset costs nothing: it does not know.
    NoPrice {
        /// Which.
        asset: Address,
    },
    /// A token was not moved.
    Token(TokenError),
    /// The oracle does not say what an asset costs, or a token what there is of it.
    Call(CallError),
}

zx::sol_interface! {
    /// What the pool asks of an oracle: what 10^18 of an asset's smallest units are worth. One that does not know reverts, or
    /// answers zero.
    pub interface IPriceOracle {
        function priceOf(address asset) external view returns (uint256);
    }
}
