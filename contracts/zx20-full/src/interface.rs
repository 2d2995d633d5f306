//! Why the token refuses. What it tells is declared where its components are.

use zx::{
    components::{AccessControlError, Erc20Error, PausableError},
    crypto::PermitError,
    prelude::*,
};

/// Why a call was refused: the errors of OpenZeppelin's `ERC20Capped`, and those of the components.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum Zx20FullError {
    /// There would be more tokens than there may be.
    ERC20ExceededCap {
        /// How many there would be.
        increased_supply: U256,
        /// How many there may be.
        cap: U256,
    },
    /// There cannot be such a cap: it is zero, or above 2^128 - 1.
    ERC20InvalidCap {
        /// The cap.
        cap: U256,
    },
    /// Of the token (EIP-6093).
    Token(Erc20Error),
    /// The caller lacks a role.
    Access(AccessControlError),
    /// Tokens do not move at the moment.
    Paused(PausableError),
    /// The permit is none.
    Permit(PermitError),
}
