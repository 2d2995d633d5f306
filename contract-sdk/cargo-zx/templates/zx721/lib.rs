//! ZX-721: tokens that are told apart, compatible with ERC-721.
//!
//! The errors are those of EIP-6093. One account, the owner of the contract, can mint: whoever deployed it.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
#[cfg(test)]
mod tests;

pub use interface::{Approval, ApprovalForAll, Transfer, Zx721Error};

use zx::prelude::*;

/// `safeTransferFrom` without data. A contract has one method of a name, so this one is taken by the fallback.
const SAFE_TRANSFER_FROM: [u8; 4] = zx::selector("safeTransferFrom(address,address,uint256)");
/// What a receiver that is a contract is asked, and answers.
const ON_RECEIVED: [u8; 4] = zx::selector("onERC721Received(address,address,uint256,bytes)");
/// Interface ids (ERC-165): of ERC-165 itself, ERC-721, and its metadata.
const INTERFACES: [[u8; 4]; 3] = [
    [0x01, 0xFF, 0xC9, 0xA7],
    [0x80, 0xAC, 0x58, 0xCD],
    [0x5B, 0x5E, 0x13, 0x9F],
];

/// State of the collection.
#[zx::contract]
#[derive(Debug)]
pub struct Zx721 {
    name: Item<String>,
    symbol: Item<String>,
    owner: Item<Address>,
    owner_of: Map<U256, Address>,
    balance_of: Map<Address, U256>,
    approved: Map<U256, Address>,
    operators: Map<(Address, Address), bool>,
    token_uri: Map<U256, String>,
}

#[zx::public]
impl Zx721 {
    /// Names the collection and makes the deployer its owner.
    #[constructor]
    pub fn constructor(&mut self, cx: &mut Ctx, name: String, symbol: String) {
        self.name.set(name);
        self.symbol.set(symbol);
        self.owner.set(cx.sender());
    }

    /// Name of the collection.
    pub fn name(&self, _cx: &Ctx) -> String {
        self.name.get()
    }

    /// Its short name.
    pub fn symbol(&self, _cx: &Ctx) -> String {
        self.symbol.get()
    }

    /// Who can mint.
    pub fn owner(&self, _cx: &Ctx) -> Address {
        self.owner.get()
    }

    /// Whose a token is.
    pub fn owner_of(&self, _cx: &Ctx, token_id: U256) -> Result<Address, Zx721Error> {
        self.holder(token_id)
    }

    /// Tokens that an account holds.
    pub fn balance_of(&self, _cx: &Ctx, owner: Address) -> Result<U256, Zx721Error> {
        if owner.is_zero() {
            return Err(Zx721Error::ERC721InvalidOwner { owner });
        }
        Ok(self.balance_of.get(owner))
    }

    /// Where a token is described.
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

    /// Whether the contract has an interface (ERC-165).
    pub fn supports_interface(&self, _cx: &Ctx, interface_id: FixedBytes<4>) -> bool {
        INTERFACES.contains(&interface_id.0)
    }

    /// Lets `to` move a token; the zero address takes that back.
    pub fn approve(&mut self, cx: &mut Ctx, to: Address, token_id: U256) -> Result<(), Zx721Error> {
        let (owner, approver) = (self.holder(token_id)?, cx.sender());
        if approver != owner && !self.operators.get((owner, approver)) {
            return Err(Zx721Error::ERC721InvalidApprover { approver });
        }
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
        if operator.is_zero() {
            return Err(Zx721Error::ERC721InvalidOperator { operator });
        }
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
        if to.is_zero() {
            return Err(Zx721Error::ERC721InvalidReceiver { receiver: to });
        }
        let (owner, operator) = (self.holder(token_id)?, cx.sender());
        let allowed = [owner, self.approved.get(token_id)].contains(&operator)
            || self.operators.get((owner, operator));
        if !allowed {
            return Err(Zx721Error::ERC721InsufficientApproval { operator, token_id });
        }
        if owner != from {
            return Err(Zx721Error::ERC721IncorrectOwner {
                sender: from,
                token_id,
                owner,
            });
        }
        self.approved.clear(token_id);
        self.balance_of.sub(from, U256::ONE);
        self.give(cx, from, to, token_id);
        Ok(())
    }

    /// Moves a token, and asks the receiver, if it is a contract, whether it takes it.
    pub fn safe_transfer_from(
        &mut self,
        cx: &mut Ctx,
        from: Address,
        to: Address,
        token_id: U256,
        data: Bytes,
    ) -> Result<(), Zx721Error> {
        self.transfer_from(cx, from, to, token_id)?;
        ask_receiver(cx, from, to, token_id, data)
    }

    /// Makes a token. Only the owner of the contract can.
    pub fn mint(
        &mut self,
        cx: &mut Ctx,
        to: Address,
        token_id: U256,
        uri: String,
    ) -> Result<(), Zx721Error> {
        let account = cx.sender();
        if account != self.owner.get() {
            return Err(Zx721Error::OwnableUnauthorizedAccount { account });
        }
        if to.is_zero() {
            return Err(Zx721Error::ERC721InvalidReceiver { receiver: to });
        }
        if !self.owner_of.get(token_id).is_zero() {
            return Err(Zx721Error::ERC721InvalidSender {
                sender: Address::ZERO,
            });
        }
        self.token_uri.set(token_id, uri);
        self.give(cx, Address::ZERO, to, token_id);
        Ok(())
    }

    /// Destroys a token of the caller.
    pub fn burn(&mut self, cx: &mut Ctx, token_id: U256) -> Result<(), Zx721Error> {
        let (owner, operator) = (self.holder(token_id)?, cx.sender());
        if owner != operator {
            return Err(Zx721Error::ERC721InsufficientApproval { operator, token_id });
        }
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

    /// `safeTransferFrom` without data.
    #[fallback]
    pub fn other(&mut self, cx: &mut Ctx, calldata: Bytes) -> Result<Bytes, Zx721Error> {
        let args = calldata
            .strip_prefix(&SAFE_TRANSFER_FROM)
            .and_then(zx::abi::Args::decode);
        let Some((from, to, token_id)) = args else {
            zx::revert::revert("unknown selector")
        };
        self.safe_transfer_from(cx, from, to, token_id, Bytes::new())?;
        Ok(Bytes::new())
    }

    fn holder(&self, token_id: U256) -> Result<Address, Zx721Error> {
        let owner = self.owner_of.get(token_id);
        if owner.is_zero() {
            Err(Zx721Error::ERC721NonexistentToken { token_id })
        } else {
            Ok(owner)
        }
    }

    fn give(&mut self, cx: &mut Ctx, from: Address, to: Address, token_id: U256) {
        self.owner_of.set(token_id, to);
        self.balance_of.add(to, U256::ONE);
        cx.emit(Transfer { from, to, token_id });
    }
}

/// A contract answers with the selector; an account without code takes everything and answers nothing.
fn ask_receiver(
    cx: &mut Ctx,
    from: Address,
    receiver: Address,
    token_id: U256,
    data: Bytes,
) -> Result<(), Zx721Error> {
    let mut calldata = ON_RECEIVED.to_vec();
    calldata.extend(zx::abi::Args::encode(&(cx.sender(), from, token_id, data)));
    let answer = cx.call(receiver, &calldata, CallOptions::default())?;
    if answer.is_empty() || answer.starts_with(&ON_RECEIVED) {
        return Ok(());
    }
    Err(Zx721Error::ERC721InvalidReceiver { receiver })
}
