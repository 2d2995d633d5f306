//! What the contract tells, why it refuses, and whom it asks.

use zx::{components::OwnableError, prelude::*};

/// Tokens of a kind moved; from the zero address they were made, to it they were destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct TransferSingle {
    /// Who moved them.
    #[indexed]
    pub operator: Address,
    /// Who had them.
    #[indexed]
    pub from: Address,
    /// Who has them.
    #[indexed]
    pub to: Address,
    /// Which kind.
    pub id: U256,
    /// How many.
    pub value: U256,
}

/// Tokens of several kinds moved.
#[derive(Clone, Debug, PartialEq, Eq, zx::Event)]
pub struct TransferBatch {
    /// Who moved them.
    #[indexed]
    pub operator: Address,
    /// Who had them.
    #[indexed]
    pub from: Address,
    /// Who has them.
    #[indexed]
    pub to: Address,
    /// Which kinds.
    pub ids: Vec<U256>,
    /// How many of each.
    pub values: Vec<U256>,
}

/// Somebody may move all tokens of an account, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct ApprovalForAll {
    /// Whose tokens.
    #[indexed]
    pub account: Address,
    /// Who.
    #[indexed]
    pub operator: Address,
    /// Whether they may.
    pub approved: bool,
}

/// Why a call was refused: the errors of EIP-6093.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum Zx1155Error {
    /// The sender holds too little.
    ERC1155InsufficientBalance {
        /// Who sends.
        sender: Address,
        /// What they hold.
        balance: U256,
        /// What it would take.
        needed: U256,
        /// Of which kind.
        token_id: U256,
    },
    /// The sender cannot send: it is the zero address.
    ERC1155InvalidSender {
        /// Who sends.
        sender: Address,
    },
    /// The receiver cannot receive: it is the zero address, or a contract that did not say yes.
    ERC1155InvalidReceiver {
        /// Who.
        receiver: Address,
    },
    /// The caller may not move the tokens.
    ERC1155MissingApprovalForAll {
        /// Who tried.
        operator: Address,
        /// Whose tokens.
        owner: Address,
    },
    /// The operator cannot be one: it is the zero address.
    ERC1155InvalidOperator {
        /// Who.
        operator: Address,
    },
    /// There are not as many of one as of the other.
    ERC1155InvalidArrayLength {
        /// Kinds.
        ids_length: U256,
        /// Numbers, or accounts.
        values_length: U256,
    },
    /// Somebody else owns the contract.
    Ownable(OwnableError),
    /// The receiver refused, in its own words.
    Receiver(CallError),
}
