//! What the token tells, and why it refuses.

use zx::{
    components::{OwnableError, VotesError},
    crypto::PermitError,
    prelude::*,
};

/// Tokens moved; from the zero address they were made, to it they were destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Transfer {
    /// Who had them.
    #[indexed]
    pub from: Address,
    /// Who has them.
    #[indexed]
    pub to: Address,
    /// How many.
    pub value: U256,
}

/// An allowance was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Approval {
    /// Whose tokens.
    #[indexed]
    pub owner: Address,
    /// Who may move them.
    #[indexed]
    pub spender: Address,
    /// How many.
    pub value: U256,
}

/// Why a call was refused: the errors of EIP-6093, of OpenZeppelin's `ERC20Votes`, and those of the components.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum Zx20VotesError {
    /// The sender holds too little.
    ERC20InsufficientBalance {
        /// Who sends.
        sender: Address,
        /// What they hold.
        balance: U256,
        /// What it would take.
        needed: U256,
    },
    /// The sender cannot send: it is the zero address.
    ERC20InvalidSender {
        /// Who sends.
        sender: Address,
    },
    /// The receiver cannot receive: it is the zero address.
    ERC20InvalidReceiver {
        /// Who receives.
        receiver: Address,
    },
    /// The spender is allowed too little.
    ERC20InsufficientAllowance {
        /// Who spends.
        spender: Address,
        /// What they may.
        allowance: U256,
        /// What it would take.
        needed: U256,
    },
    /// The owner cannot allow anything: it is the zero address.
    ERC20InvalidApprover {
        /// Who would allow.
        approver: Address,
    },
    /// The spender cannot be allowed anything: it is the zero address.
    ERC20InvalidSpender {
        /// Who would spend.
        spender: Address,
    },
    /// There would be more tokens than the history has room for.
    ERC20ExceededSafeSupply {
        /// How many there would be.
        increased_supply: U256,
        /// How many there may be: 2^208 - 1.
        cap: U256,
    },
    /// Somebody else owns the token.
    Ownable(OwnableError),
    /// Of the votes.
    Votes(VotesError),
    /// The permit is none.
    Permit(PermitError),
}
