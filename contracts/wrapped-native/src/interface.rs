//! What the contract tells, and why it refuses.

use zx::prelude::*;

/// Tokens moved.
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

/// Coins became tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Deposit {
    /// Whose.
    #[indexed]
    pub to: Address,
    /// How many, in wei.
    pub value: U256,
}

/// Tokens became coins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Withdrawal {
    /// Whose.
    #[indexed]
    pub from: Address,
    /// How many, in wei.
    pub value: U256,
}

/// Why a call was refused: the errors of EIP-6093.
#[derive(Clone, Debug, PartialEq, Eq, zx::Error)]
pub enum WrappedError {
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
    /// The spender cannot be allowed anything: it is the zero address.
    ERC20InvalidSpender {
        /// Who would spend.
        spender: Address,
    },
    /// The receiver of coins does not take them.
    NotSent(CallError),
}
