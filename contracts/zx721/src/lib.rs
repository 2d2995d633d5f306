//! ZX-721: tokens that are told apart, with their descriptions, lists and royalties. Compatible with OpenZeppelin's
//! `ERC721` with `ERC721Enumerable`, `ERC721URIStorage`, `ERC721Burnable`, `ERC2981` and `Ownable2Step`.
//!
//! The owner of the collection mints: whoever deployed it, until they hand it on. A contract that receives a token by a
//! safe transfer is asked last, after everything has changed, and may call back: it may look at its token, and give it on
//! at once.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
mod ledger;
mod royalty;
#[cfg(test)]
mod tests;

pub use interface::{Approval, ApprovalForAll, MetadataUpdate, Transfer, Zx721Error};

use ledger::Ledger;
use royalty::Royalties;
use zx::{
    components::{IERC721Receiver, Ownable, erc165},
    prelude::*,
};

/// What a receiver answers that takes a token: the selector of the question.
const ACCEPTED: FixedBytes<4> = FixedBytes(zx::selector(
    "onERC721Received(address,address,uint256,bytes)",
));

/// Interfaces (ERC-165): ERC-165 itself, ERC-721, its metadata and enumeration, ERC-2981, ERC-4906.
const INTERFACES: [FixedBytes<4>; 6] = [
    erc165::INTERFACE_ID,
    FixedBytes([0x80, 0xAC, 0x58, 0xCD]),
    FixedBytes([0x5B, 0x5E, 0x13, 0x9F]),
    FixedBytes([0x78, 0x0E, 0x9D, 0x63]),
    FixedBytes([0x2A, 0x55, 0x20, 0x5A]),
    FixedBytes([0x49, 0x06, 0x49, 0x06]),
];

/// State of the collection.
#[zx::contract]
#[derive(Debug)]
pub struct Zx721 {
    #[component]
    ownable: Ownable,
    /// Name of the collection.
    #[view]
    name: Item<String>,
    /// Its short name.
    #[view]
    symbol: Item<String>,
    ledger: Ledger,
    approved: Map<U256, Address>,
    operators: Map<(Address, Address), bool>,
    uris: Map<U256, String>,
    royalties: Royalties,
}

#[zx::public]
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

    /// Whether the contract has an interface (ERC-165).
    #[reentrant]
    pub fn supports_interface(&self, _cx: &Ctx, interface_id: FixedBytes<4>) -> bool {
        INTERFACES.contains(&interface_id)
    }

    /// Tokens that an account holds.
    #[reentrant]
    pub fn balance_of(&self, _cx: &Ctx, owner: Address) -> Result<U256, Zx721Error> {
        ensure!(!owner.is_zero(), Zx721Error::ERC721InvalidOwner { owner });
        Ok(U256::from(self.ledger.of(owner).len()))
    }

    /// Whose a token is.
    #[reentrant]
    pub fn owner_of(&self, _cx: &Ctx, token_id: U256) -> Result<Address, Zx721Error> {
        self.holder(token_id)
    }

    /// Where a token is described.
    #[reentrant]
    #[selector(name = "tokenURI")]
    pub fn token_uri(&self, _cx: &Ctx, token_id: U256) -> Result<String, Zx721Error> {
        self.holder(token_id)?;
        Ok(self.uris.get(token_id))
    }

    /// Tokens that exist.
    #[reentrant]
    pub fn total_supply(&self, _cx: &Ctx) -> U256 {
        U256::from(self.ledger.all().len())
    }

    /// A token, by its place among all. Places change when tokens are destroyed.
    #[reentrant]
    pub fn token_by_index(&self, _cx: &Ctx, index: U256) -> Result<U256, Zx721Error> {
        nth(self.ledger.all(), Address::ZERO, index)
    }

    /// A token, by its place among those of an owner. Places change when tokens move.
    #[reentrant]
    pub fn token_of_owner_by_index(
        &self,
        _cx: &Ctx,
        owner: Address,
        index: U256,
    ) -> Result<U256, Zx721Error> {
        ensure!(!owner.is_zero(), Zx721Error::ERC721InvalidOwner { owner });
        nth(&self.ledger.of(owner), owner, index)
    }

    /// All tokens of an owner. Reads each: for who asks from outside.
    #[reentrant]
    pub fn tokens_of_owner(&self, _cx: &Ctx, owner: Address) -> Vec<U256> {
        self.ledger.of(owner).to_vec()
    }

    /// Who, besides its owner and their operators, may move a token.
    #[reentrant]
    pub fn get_approved(&self, _cx: &Ctx, token_id: U256) -> Result<Address, Zx721Error> {
        self.holder(token_id)?;
        Ok(self.approved.get(token_id))
    }

    /// Whether `operator` may move all tokens of `owner`.
    #[reentrant]
    pub fn is_approved_for_all(&self, _cx: &Ctx, owner: Address, operator: Address) -> bool {
        self.operators.get((owner, operator))
    }

    /// Who gets how much of a price that a token is sold for (EIP-2981).
    #[reentrant]
    pub fn royalty_info(&self, _cx: &Ctx, token_id: U256, sale_price: U256) -> (Address, U256) {
        self.royalties.info(token_id, sale_price)
    }

    /// Lets `to` move a token; the zero address takes that back.
    #[reentrant]
    pub fn approve(&mut self, cx: &mut Ctx, to: Address, token_id: U256) -> Result<(), Zx721Error> {
        let (owner, approver) = (self.holder(token_id)?, cx.sender());
        let allowed = approver == owner || self.operators.get((owner, approver));
        ensure!(allowed, Zx721Error::ERC721InvalidApprover { approver });
        self.approved.set(token_id, to);
        cx.emit(Approval {
            owner,
            approved: to,
            token_id,
        });
        Ok(())
    }

    /// Lets `operator` move all tokens of the caller, or no longer.
    #[reentrant]
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

    /// Moves a token. A receiver that is a contract is not asked.
    #[reentrant]
    pub fn transfer_from(
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
        let owner = self.authorise(cx, token_id)?;
        ensure!(
            owner == from,
            Zx721Error::ERC721IncorrectOwner {
                sender: from,
                token_id,
                owner
            }
        );
        self.approved.clear(token_id);
        self.ledger.give(token_id, to);
        cx.emit(Transfer { from, to, token_id });
        Ok(())
    }

    /// Moves a token, and asks the receiver, if it is a contract, whether it takes it.
    #[reentrant]
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
    #[reentrant]
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
        ask(cx, from, to, token_id, data)
    }

    /// Makes a token, with where it is described. Only the owner of the collection can.
    #[reentrant]
    pub fn mint(
        &mut self,
        cx: &mut Ctx,
        to: Address,
        token_id: U256,
        uri: String,
    ) -> Result<(), Zx721Error> {
        self.ownable.only_owner(cx)?;
        ensure!(
            !to.is_zero(),
            Zx721Error::ERC721InvalidReceiver { receiver: to }
        );
        let exists = !self.ledger.owner(token_id).is_zero();
        ensure!(
            !exists,
            Zx721Error::ERC721InvalidSender {
                sender: Address::ZERO
            }
        );
        self.ledger.create(to, token_id);
        self.uris.set(token_id, uri);
        cx.emit(Transfer {
            from: Address::ZERO,
            to,
            token_id,
        });
        cx.emit(MetadataUpdate { token_id });
        Ok(())
    }

    /// The same, and asks the receiver, if it is a contract, whether it takes it.
    #[reentrant]
    pub fn safe_mint(
        &mut self,
        cx: &mut Ctx,
        to: Address,
        token_id: U256,
        uri: String,
        data: Bytes,
    ) -> Result<(), Zx721Error> {
        self.mint(cx, to, token_id, uri)?;
        ask(cx, Address::ZERO, to, token_id, data)
    }

    /// Destroys a token that the caller may move. Its own royalty stays, for a token of this id that is made again; so does
    /// its description, until then.
    #[reentrant]
    pub fn burn(&mut self, cx: &mut Ctx, token_id: U256) -> Result<(), Zx721Error> {
        let from = self.authorise(cx, token_id)?;
        self.approved.clear(token_id);
        self.ledger.remove(token_id);
        cx.emit(Transfer {
            from,
            to: Address::ZERO,
            token_id,
        });
        Ok(())
    }

    /// Sets the royalty of all tokens that have none of their own, in parts of 10,000. Only the owner can.
    pub fn set_default_royalty(
        &mut self,
        cx: &mut Ctx,
        receiver: Address,
        fee_numerator: Uint<96>,
    ) -> Result<(), Zx721Error> {
        self.ownable.only_owner(cx)?;
        self.royalties.set_default(receiver, fee_numerator)
    }

    /// Takes it back. Only the owner can.
    pub fn delete_default_royalty(&mut self, cx: &mut Ctx) -> Result<(), Zx721Error> {
        self.ownable.only_owner(cx)?;
        self.royalties.clear_default();
        Ok(())
    }

    /// Sets the royalty of one token, in parts of 10,000. Only the owner can.
    pub fn set_token_royalty(
        &mut self,
        cx: &mut Ctx,
        token_id: U256,
        receiver: Address,
        fee_numerator: Uint<96>,
    ) -> Result<(), Zx721Error> {
        self.ownable.only_owner(cx)?;
        self.royalties.set_token(token_id, receiver, fee_numerator)
    }

    /// Takes it back. Only the owner can.
    pub fn reset_token_royalty(&mut self, cx: &mut Ctx, token_id: U256) -> Result<(), Zx721Error> {
        self.ownable.only_owner(cx)?;
        self.royalties.clear_token(token_id);
        Ok(())
    }

    fn holder(&self, token_id: U256) -> Result<Address, Zx721Error> {
        let owner = self.ledger.owner(token_id);
        ensure!(
            !owner.is_zero(),
            Zx721Error::ERC721NonexistentToken { token_id }
        );
        Ok(owner)
    }

    /// Whose a token is, if the caller may move it.
    fn authorise(&self, cx: &Ctx, token_id: U256) -> Result<Address, Zx721Error> {
        let (owner, operator) = (self.holder(token_id)?, cx.sender());
        let allowed = owner == operator
            || self.operators.get((owner, operator))
            || self.approved.get(token_id) == operator;
        ensure!(
            allowed,
            Zx721Error::ERC721InsufficientApproval { operator, token_id }
        );
        Ok(owner)
    }
}

/// The token at a place of a list.
fn nth(list: &List<U256>, owner: Address, index: U256) -> Result<U256, Zx721Error> {
    let found = u32::try_from(index).ok().and_then(|at| list.get(at));
    found.ok_or(Zx721Error::ERC721OutOfBoundsIndex { owner, index })
}

/// Asks a receiver that is a contract; an account without code takes everything.
fn ask(
    cx: &mut Ctx,
    from: Address,
    receiver: Address,
    token_id: U256,
    data: Bytes,
) -> Result<(), Zx721Error> {
    if !cx.has_code(receiver) {
        return Ok(());
    }
    match IERC721Receiver::at(receiver).on_erc721_received(cx, cx.sender(), from, token_id, data) {
        Ok(ACCEPTED) => Ok(()),
        Err(CallError::Revert(why)) if !why.is_empty() => {
            Err(Zx721Error::Receiver(CallError::Revert(why)))
        }
        _ => Err(Zx721Error::ERC721InvalidReceiver { receiver }),
    }
}
