//! What the oracle tells, why it refuses, and whom it asks.

use zx::{components::AccessControlError, prelude::*};

/// There is a feed for an asset, on these terms, or on others than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct FeedSet {
    /// What it is the price of.
    #[indexed]
    pub asset: Address,
    /// The pool whose mean it takes; nobody, if prices are reported.
    pub pair: Address,
    /// The lowest price that is believed.
    pub minimum: u128,
    /// The highest.
    pub maximum: u128,
    /// By how much a price may differ from the one before, in hundredths of a percent.
    pub max_change: u16,
    /// Seconds from one price to the next, at least.
    pub interval: u32,
    /// Seconds that a price is good for.
    pub heartbeat: u32,
}

/// An asset has no feed any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct FeedRemoved {
    /// Which.
    #[indexed]
    pub asset: Address,
}

/// An asset has a new price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct PriceUpdated {
    /// Which.
    #[indexed]
    pub asset: Address,
    /// What 10^18 of its smallest units are worth.
    pub price: u128,
    /// Who said so, or asked for the mean to be taken.
    #[indexed]
    pub by: Address,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum OracleError {
    /// The caller lacks a role.
    Access(AccessControlError),
    /// The asset has no feed of this kind: nothing is reported, or no pool is looked at.
    NoFeed {
        /// Which.
        asset: Address,
    },
    /// The terms are none: no price would fit them, or none would ever be good.
    InvalidTerms,
    /// The pool does not trade the asset, or is empty.
    InvalidPair {
        /// The pool.
        pair: Address,
    },
    /// The asset has had no price yet.
    NoPrice {
        /// Which.
        asset: Address,
    },
    /// The price is too old.
    Stale {
        /// Of what.
        asset: Address,
        /// When it was set, in seconds since 1970.
        at: u64,
    },
    /// The price is not believed.
    OutOfBounds {
        /// What it would be.
        price: U256,
        /// The lowest that is believed.
        minimum: u128,
        /// The highest.
        maximum: u128,
    },
    /// The price would jump.
    ChangeTooLarge {
        /// What it is.
        before: u128,
        /// What it would be.
        price: u128,
    },
    /// It is too early for a new price.
    TooEarly {
        /// When it is not any more, in seconds since 1970.
        until: u64,
    },
    /// The pool does not answer.
    Call(CallError),
}

zx::sol_interface! {
    /// What others ask of an oracle of prices.
    pub interface IPriceOracle {
        function priceOf(address asset) external view returns (uint256);
    }

    /// What the oracle asks of a pool.
    pub interface IPair {
        function token0() external view returns (address);
        function token1() external view returns (address);
        function getReserves() external view returns (uint112, uint112, uint32);
        function price0CumulativeLast() external view returns (uint256);
        function price1CumulativeLast() external view returns (uint256);
    }
}
