//! What the contract offers and tells: interfaces, events and errors.

use zx::{components::OwnableError, prelude::*};

zx::sol_interface! {
    /// What ERC-1155 asks of a contract.
    pub interface IERC1155 {
        function balanceOf(address account, uint256 id) external view returns (uint256);
        function balanceOfBatch(address[] accounts, uint256[] ids)
            external view returns (uint256[]);
        function isApprovedForAll(address account, address operator) external view returns (bool);
        function setApprovalForAll(address operator, bool approved) external;
        function safeTransferFrom(address from, address to, uint256 id, uint256 value, bytes data)
            external;
        function safeBatchTransferFrom(
            address from, address to, uint256[] ids, uint256[] values, bytes data
        ) external;
    }

    /// Its metadata.
    pub interface IERC1155MetadataURI {
        function uri(uint256 id) external view returns (string);
    }

    /// What a contract is asked before it gets tokens.
    pub interface IERC1155Receiver {
        function onERC1155Received(
            address operator, address from, uint256 id, uint256 value, bytes data
        ) external returns (bytes4);
        function onERC1155BatchReceived(
            address operator, address from, uint256[] ids, uint256[] values, bytes data
        ) external returns (bytes4);
    }
}

/// Tokens of a kind moved; from the zero address they were made, to it they were destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct TransferSingle {
    /// Who did it.
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
    /// Who did it.
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

/// Why a call was refused: the errors of EIP-6093, of the owner, and those of a receiver.
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
    /// The receiver cannot receive.
    ERC1155InvalidReceiver {
        /// Who.
        receiver: Address,
    },
    /// The caller may not move tokens of the owner.
    ERC1155MissingApprovalForAll {
        /// Who tried.
        operator: Address,
        /// Whose tokens.
        owner: Address,
    },
    /// The operator cannot be one.
    ERC1155InvalidOperator {
        /// Who.
        operator: Address,
    },
    /// Two lists that belong together are not of one length.
    ERC1155InvalidArrayLength {
        /// Length of the kinds.
        ids_length: U256,
        /// Length of the values.
        values_length: U256,
    },
    /// Only the owner of the contract can do this.
    Ownable(OwnableError),
    /// The receiver refused, in its own words.
    Receiver(CallError),
}
