//! What the token tells, and why it refuses.

use zx::{
    components::{AccessControlError, PausableError},
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

/// Why a call was refused: the errors of EIP-6093, of OpenZeppelin's `ERC20Capped`, and those of the components.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum Zx20FullError {
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
    /// The caller lacks a role.
    Access(AccessControlError),
    /// Tokens do not move at the moment.
    Paused(PausableError),
    /// The permit is none.
    Permit(PermitError),
}

zx::sol_interface! {
    /// OpenZeppelin's, which `supportsInterface` answers for.
    pub interface IAccessControl {
        function hasRole(bytes32 role, address account) external view returns (bool);
        function getRoleAdmin(bytes32 role) external view returns (bytes32);
        function grantRole(bytes32 role, address account) external;
        function revokeRole(bytes32 role, address account) external;
        function renounceRole(bytes32 role, address callerConfirmation) external;
    }
}
