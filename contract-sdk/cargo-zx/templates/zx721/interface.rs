//! What the collection offers and tells: interfaces, events and errors.

use zx::{components::OwnableError, prelude::*};

/// What ERC-721 asks of a collection.
#[zx::interface]
pub trait IERC721 {
    /// Tokens that an account holds.
    fn balance_of(&self, owner: Address) -> U256;
    /// Whose a token is.
    fn owner_of(&self, token_id: U256) -> Address;
    /// Moves a token, and asks a contract whether it takes it.
    fn safe_transfer_from(&mut self, from: Address, to: Address, token_id: U256);
    /// The same, with data for the contract.
    #[selector(name = "safeTransferFrom")]
    fn safe_transfer_from_with(&mut self, from: Address, to: Address, token_id: U256, data: Bytes);
    /// Moves a token.
    fn transfer_from(&mut self, from: Address, to: Address, token_id: U256);
    /// Lets somebody move a token.
    fn approve(&mut self, to: Address, token_id: U256);
    /// Lets somebody move all tokens of the caller.
    fn set_approval_for_all(&mut self, operator: Address, approved: bool);
    /// Who may move a token.
    fn get_approved(&self, token_id: U256) -> Address;
    /// Whether somebody may move all tokens of an owner.
    fn is_approved_for_all(&self, owner: Address, operator: Address) -> bool;
}

/// Its metadata.
#[zx::interface]
pub trait IERC721Metadata {
    /// Name of the collection.
    fn name(&self) -> String;
    /// Its short name.
    fn symbol(&self) -> String;
    /// Where a token is described.
    #[selector(name = "tokenURI")]
    fn token_uri(&self, token_id: U256) -> String;
}

zx::sol_interface! {
    /// What a contract is asked before it gets a token.
    pub interface IERC721Receiver {
        function onERC721Received(address operator, address from, uint256 tokenId, bytes data)
            external returns (bytes4);
    }
}

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

/// Why a call was refused: the errors of EIP-6093, of the owner, and those of a receiver.
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
    Ownable(OwnableError),
    /// The receiver refused, in its own words.
    Receiver(CallError),
}
