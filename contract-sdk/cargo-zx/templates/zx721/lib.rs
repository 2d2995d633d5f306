//! ZX-721: tokens that are told apart, compatible with ERC-721.
//!
//! The errors are those of EIP-6093. One account, the owner of the contract, can mint: whoever deployed it, until they
//! hand it on.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod tests;

pub use interface::{
    Approval, ApprovalForAll, IERC721, IERC721Metadata, IERC721Receiver, Transfer, Zx721Error,
};

use zx::{components::Ownable, prelude::*};

/// What a contract answers that takes a token: the selector of the question.
const RECEIVED: FixedBytes<4> = IERC721Receiver::INTERFACE_ID;

/// State of the collection.
#[zx::contract]
#[derive(Debug)]
pub struct Zx721 {
    /// Name of the collection.
    #[view]
    name: Item<String>,
    /// Its short name.
    #[view]
    symbol: Item<String>,
    owner_of: Map<U256, Address>,
    balance_of: Map<Address, U256>,
    approved: Map<U256, Address>,
    operators: Map<(Address, Address), bool>,
    token_uri: Map<U256, String>,
    #[component]
    ownable: Ownable,
}

#[zx::public(implements(IERC721, IERC721Metadata))]
impl Zx721 {
    /// Names the collection and makes the deployer its owner.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        name: String,
        symbol: String,
    ) -> Result<(), Zx721Error> {
        self.name.set(name);
        self.symbol.set(symbol);
        Ok(self.ownable.init(cx, cx.sender())?)
    }

    /// Whose a token is.
    pub fn owner_of(&self, _cx: &Ctx, token_id: U256) -> Result<Address, Zx721Error> {
        self.holder(token_id)
    }

    /// Tokens that an account holds.
    pub fn balance_of(&self, _cx: &Ctx, owner: Address) -> Result<U256, Zx721Error> {
        ensure!(!owner.is_zero(), Zx721Error::ERC721InvalidOwner { owner });
        Ok(self.balance_of.get(owner))
    }

    /// Where a token is described.
    #[selector(name = "tokenURI")]
    pub fn token_uri(&self, _cx: &Ctx, token_id: U256) -> Result<String, Zx721Error> {
        self.holder(token_id)?;
        Ok(self.token_uri.get(token_id))
    }

    /// Who, besides its owner and their operators, may move a token.
    pub fn get_approved(&self, _cx: &Ctx, token_id: U256) -> Result<Address, Zx721Error> {
        self.holder(token_id)?;
        Ok(self.approved.get(token_id))
    }

    /// Whether `operator` may move all tokens of `owner`.
    pub fn is_approved_for_all(&self, _cx: &Ctx, owner: Address, operator: Address) -> bool {
        self.operators.get((owner, operator))
    }

    /// Lets `to` move a token; the zero address takes that back.
    pub fn approve(&mut self, cx: &mut Ctx, to: Address, token_id: U256) -> Result<(), Zx721Error> {
        let (owner, approver) = (self.holder(token_id)?, cx.sender());
        ensure!(
            approver == owner || self.operators.get((owner, approver)),
            Zx721Error::ERC721InvalidApprover { approver }
        );
        self.approved.set(token_id, to);
        cx.emit(Approval {
            owner,
            approved: to,
            token_id,
        });
        Ok(())
    }

    /// Lets `operator` move all tokens of the caller, or no longer.
    pub fn set_approval_for_all(
        &mut self,
        cx: &mut Ctx,
        operator: Address,
        approved: bool,
    ) -> Result<(), Zx721Error> {
        ensure!(
            !operator.is_zero(),
            Zx721Error::ERC721InvalidOperator { operator }
        );
        let owner = cx.sender();
        self.operators.set((owner, operator), approved);
        cx.emit(ApprovalForAll {
            owner,
            operator,
            approved,
        });
        Ok(())
    }

    /// Moves a token.
    pub fn transfer_from(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        token_id: U256,
    ) -> Result<(), Zx721Error> {
        let (owner, operator) = (self.holder(token_id)?, cx.sender());
        ensure!(
            operator == owner
                || operator == self.approved.get(token_id)
                || self.operators.get((owner, operator)),
            Zx721Error::ERC721InsufficientApproval { operator, token_id }
        );
        ensure!(
            owner == from,
            Zx721Error::ERC721IncorrectOwner {
                sender: from,
                token_id,
                owner,
            }
        );
        self.approved.clear(token_id);
        self.balance_of.sub(from, U256::ONE);
        self.give(cx, from, to, token_id)
    }

    /// Moves a token, and asks the receiver, if it is a contract, whether it takes it.
    pub fn safe_transfer_from(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        token_id: U256,
    ) -> Result<(), Zx721Error> {
        self.safe_transfer_from_with(cx, from, to, token_id, Bytes::new())
    }

    /// The same, with data for the receiver.
    #[selector(name = "safeTransferFrom")]
    pub fn safe_transfer_from_with(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        token_id: U256,
        data: Bytes,
    ) -> Result<(), Zx721Error> {
        self.transfer_from(cx, from, to, token_id)?;
        // Asked last: the token has moved already, whatever the receiver does now.
        if cx.has_code(to) {
            let operator = cx.sender();
            let receiver = IERC721Receiver::at(to);
            let answer = receiver.on_erc721_received(cx, operator, from, token_id, data)?;
            ensure!(
                answer == RECEIVED,
                Zx721Error::ERC721InvalidReceiver { receiver: to }
            );
        }
        Ok(())
    }

    /// Makes a token. Only the owner of the contract can.
    pub fn mint(
        &mut self,
        cx: &mut Ctx,
        to: Address,
        token_id: U256,
        uri: String,
    ) -> Result<(), Zx721Error> {
        self.ownable.only_owner(cx)?;
        let sender = Address::ZERO;
        ensure!(
            self.owner_of.get(token_id).is_zero(),
            Zx721Error::ERC721InvalidSender { sender }
        );
        self.token_uri.set(token_id, uri);
        self.give(cx, sender, to, token_id)
    }

    /// Destroys a token of the caller.
    pub fn burn(&mut self, cx: &mut Ctx, token_id: U256) -> Result<(), Zx721Error> {
        let (owner, operator) = (self.holder(token_id)?, cx.sender());
        ensure!(
            owner == operator,
            Zx721Error::ERC721InsufficientApproval { operator, token_id }
        );
        self.approved.clear(token_id);
        self.token_uri.clear(token_id);
        self.owner_of.clear(token_id);
        self.balance_of.sub(owner, U256::ONE);
        cx.emit(Transfer {
            from: owner,
            to: Address::ZERO,
            token_id,
        });
        Ok(())
    }

    fn holder(&self, token_id: U256) -> Result<Address, Zx721Error> {
        let owner = self.owner_of.get(token_id);
        ensure!(
            !owner.is_zero(),
            Zx721Error::ERC721NonexistentToken { token_id }
        );
        Ok(owner)
    }

    fn give(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        token_id: U256,
    ) -> Result<(), Zx721Error> {
        ensure!(
            !to.is_zero(),
            Zx721Error::ERC721InvalidReceiver { receiver: to }
        );
        self.owner_of.set(token_id, to);
        self.balance_of.add(to, U256::ONE);
        cx.emit(Transfer { from, to, token_id });
        Ok(())
    }
}
