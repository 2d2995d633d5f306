//! What the collection tells: its events and errors.

use zx::prelude::*;

/// A token moved; from the zero address it was made, to it it was destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Transfer {
    /// Who had it.
    #[indexed]
    pub from: Address,
    /// Who has it.
    #[indexed]
    pub to: Address,
    /// Which.
    #[indexed]
    pub token_id: U256,
}

/// Somebody may move a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Approval {
    /// Whose token.
    #[indexed]
    pub owner: Address,
    /// Who may move it.
    #[indexed]
    pub approved: Address,
    /// Which.
    #[indexed]
    pub token_id: U256,
}

/// Somebody may move all tokens of an owner, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct ApprovalForAll {
    /// Whose tokens.
    #[indexed]
    pub owner: Address,
    /// Who.
    #[indexed]
    pub operator: Address,
    /// Whether they may.
    pub approved: bool,
}

/// Why a call was refused: the errors of EIP-6093, of OpenZeppelin's `Ownable`, and those of a receiver.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum Zx721Error {
    /// The zero address holds nothing.
    ERC721InvalidOwner {
        /// Who was asked for.
        owner: Address,
    },
    /// There is no such token.
    ERC721NonexistentToken {
        /// Which.
        token_id: U256,
    },
    /// The token is somebody else's.
    ERC721IncorrectOwner {
        /// Whose it was said to be.
        sender: Address,
        /// Which.
        token_id: U256,
        /// Whose it is.
        owner: Address,
    },
    /// The token exists already.
    ERC721InvalidSender {
        /// Who would give it.
        sender: Address,
    },
    /// The receiver cannot receive.
    ERC721InvalidReceiver {
        /// Who.
        receiver: Address,
    },
    /// The caller may not move the token.
    ERC721InsufficientApproval {
        /// Who tried.
        operator: Address,
        /// Which.
        token_id: U256,
    },
    /// The caller may not let others move the token.
    ERC721InvalidApprover {
        /// Who tried.
        approver: Address,
    },
    /// The operator cannot be one.
    ERC721InvalidOperator {
        /// Who.
        operator: Address,
    },
    /// Only the owner of the contract can do this.
    OwnableUnauthorizedAccount {
        /// Who tried.
        account: Address,
    },
    /// The receiver refused, in its own words.
    Receiver(CallError),
}
