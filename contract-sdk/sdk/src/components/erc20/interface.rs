use crate::{Address, U256};

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

/// Why an [`Erc20`](super::Erc20) refused a call: the errors of EIP-6093.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum Erc20Error {
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
}

zx::sol_interface! {
    /// A token. Some return nothing where they should return a boolean: [`send`](super::send), [`pull`](super::pull) and
    /// [`approve`](super::approve) take them too.
    pub interface IERC20 {
        /// Tokens that exist.
        function totalSupply() external view returns (uint256);
        /// Tokens that an account holds.
        function balanceOf(address account) external view returns (uint256);
        /// Tokens of an owner that a spender may still move.
        function allowance(address owner, address spender) external view returns (uint256);
        /// Moves tokens of the caller.
        function transfer(address to, uint256 value) external returns (bool);
        /// Lets somebody move tokens of the caller.
        function approve(address spender, uint256 value) external returns (bool);
        /// Moves tokens that the caller was allowed to move.
        function transferFrom(address from, address to, uint256 value) external returns (bool);
    }

    /// A token that takes signed allowances (EIP-2612).
    pub interface IERC20Permit {
        /// Sets an allowance that its owner has signed.
        function permit(
            address owner, address spender, uint256 value, uint256 deadline, uint8 v, bytes32 r, bytes32 s
        ) external;
        /// The next nonce of an owner.
        function nonces(address owner) external view returns (uint256);
        /// Hash of the domain that is signed for.
        function DOMAIN_SEPARATOR() external view returns (bytes32);
    }
}
