//! Why the token refuses. What it tells is declared where its components are.

use zx::{
    components::{Erc20Error, Erc20VotesError, OwnableError},
    crypto::PermitError,
};

/// Why a call was refused: the errors of the components.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum Zx20VotesError {
    /// Of the token (EIP-6093), and of its votes.
    Token(Erc20VotesError),
    /// Of an allowance.
    Allowance(Erc20Error),
    /// Somebody else owns the token.
    Ownable(OwnableError),
    /// The permit is none.
    Permit(PermitError),
}
