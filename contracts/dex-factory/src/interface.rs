//! What the factory tells, why it refuses, and whom it asks.

use zx::prelude::*;

/// There is a new pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct PairCreated {
    /// The token with the lower address.
    #[indexed]
    pub token0: Address,
    /// The other.
    #[indexed]
    pub token1: Address,
    /// The pool.
    pub pair: Address,
    /// How many pools there are.
    pub count: U256,
}

/// Why a call was refused.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum FactoryError {
    /// A pool has two tokens.
    IdenticalAddresses,
    /// Nobody is no token.
    ZeroAddress,
    /// There is such a pool.
    PairExists {
        /// It.
        pair: Address,
    },
    /// Only who sets the fee can do this.
    Forbidden {
        /// Who tried.
        account: Address,
    },
    /// The pool could not be made.
    Call(CallError),
}
