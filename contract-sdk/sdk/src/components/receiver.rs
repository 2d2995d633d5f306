//! Tokens that ask whether they are welcome.

use crate::{Address, Bytes, FixedBytes, U256};
use alloc::vec::Vec;

/// Takes every token of ERC-721 and ERC-1155 that is sent to the contract with a hook: OpenZeppelin's `ERC721Holder` and
/// `ERC1155Holder`. For wallets, and whoever else can send tokens on; a contract that cannot should not take them.
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{components::{IERC721Receiver, IERC1155Receiver, TokenReceiver}, prelude::*};
///
/// #[zx::contract]
/// pub struct Vault {
///     #[component]
///     receiver: TokenReceiver,
/// }
///
/// #[zx::public(implements(IERC721Receiver, IERC1155Receiver))]
/// impl Vault {}
/// ```
#[zx::storage]
#[derive(Debug)]
pub struct TokenReceiver {}

#[zx::component]
impl TokenReceiver {
    /// Takes a token of ERC-721.
    #[selector(name = "onERC721Received")]
    pub fn on_erc721_received(_operator: Address, _from: Address, _token_id: U256, _data: Bytes) -> FixedBytes<4> {
        FixedBytes(const { crate::selector("onERC721Received(address,address,uint256,bytes)") })
    }

    /// Takes tokens of one kind of ERC-1155.
    #[selector(name = "onERC1155Received")]
    pub fn on_erc1155_received(
        _operator: Address,
        _from: Address,
        _id: U256,
        _value: U256,
        _data: Bytes,
    ) -> FixedBytes<4> {
        FixedBytes(const { crate::selector("onERC1155Received(address,address,uint256,uint256,bytes)") })
    }

    /// Takes tokens of several kinds of ERC-1155.
    #[selector(name = "onERC1155BatchReceived")]
    pub fn on_erc1155_batch_received(
        _operator: Address,
        _from: Address,
        _ids: Vec<U256>,
        _values: Vec<U256>,
        _data: Bytes,
    ) -> FixedBytes<4> {
        FixedBytes(const { crate::selector("onERC1155BatchReceived(address,address,uint256[],uint256[],bytes)") })
    }
}

zx::sol_interface! {
    /// A contract that takes tokens of ERC-721.
    pub interface IERC721Receiver {
        /// Answers 0x150b7a02 if it takes the token.
        function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data)
            external returns (bytes4);
    }

    /// A contract that takes tokens of ERC-1155.
    pub interface IERC1155Receiver {
        /// Answers 0xf23a6e61 if it takes the tokens.
        function onERC1155Received(address operator, address from, uint256 id, uint256 value, bytes calldata data)
            external returns (bytes4);
        /// Answers 0xbc197c81 if it takes the tokens.
        function onERC1155BatchReceived(
            address operator, address from, uint256[] calldata ids, uint256[] calldata values, bytes calldata data
        ) external returns (bytes4);
    }
}
