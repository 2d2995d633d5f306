//! What the collection tells, why it refuses, and whom it asks.

use zx::{components::OwnableError, prelude::*};

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
    /// Who may move it; nobody, if that was taken back.
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

/// The description of a token is another (ERC-4906).
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct MetadataUpdate {
    /// Which.
    pub token_id: U256,
}

/// Why a call was refused: the errors of EIP-6093, and OpenZeppelin's of enumeration and royalties.
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
        /// Who would give it: the zero address.
        sender: Address,
    },
    /// The receiver cannot receive: it is the zero address, or a contract that did not say yes.
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
    /// The operator cannot be one: it is the zero address.
    ERC721InvalidOperator {
        /// Who.
        operator: Address,
    },
    /// There are not so many tokens.
    ERC721OutOfBoundsIndex {
        /// Whose; the zero address of all.
        owner: Address,
        /// Which was asked for.
        index: U256,
    },
    /// A royalty above the price.
    ERC2981InvalidDefaultRoyalty {
        /// Parts asked for.
        numerator: U256,
        /// Of so many.
        denominator: U256,
    },
    /// Nobody would get it.
    ERC2981InvalidDefaultRoyaltyReceiver {
        /// The zero address.
        receiver: Address,
    },
    /// A royalty above the price, for one token.
    ERC2981InvalidTokenRoyalty {
        /// Which.
        token_id: U256,
        /// Parts asked for.
        numerator: U256,
        /// Of so many.
        denominator: U256,
    },
    /// Nobody would get it, for one token.
    ERC2981InvalidTokenRoyaltyReceiver {
        /// Which.
        token_id: U256,
        /// The zero address.
        receiver: Address,
    },
    /// Somebody else owns the collection.
    Ownable(OwnableError),
    /// The receiver refused, in its own words.
    Receiver(CallError),
}
