//! A wallet of several owners: it makes calls that as many of them as its threshold agree with. They agree on chain
//! ([`propose`](Multisig::propose), [`confirm`](Multisig::confirm), [`execute`](Multisig::execute)), or off it by
//! signatures that anybody can bring ([`execute_signed`](Multisig::execute_signed)).
//!
//! - Owners and threshold change only by a batch of the wallet's own. There is no administrator, no initializer, and no way
//!   to run foreign code on the wallet's storage: it makes calls, and nothing else.
//! - A batch is all or nothing. Once it runs it is spent, so that nobody makes it run twice from within; while it runs,
//!   nothing can be executed, proposed or confirmed.
//! - A batch fails if one of its calls does. What they call may itself go on where something fails: so each call says how
//!   much gas it needs, and whoever executes it cannot give it less.
//! - A confirmation counts as long as its owner is one: who was removed counts no more, even if they come back.
//! - Signatures are EIP-712's, for this wallet on this chain, with a nonce and a deadline, by ascending owner, so that none
//!   counts twice. Those of accounts have one form (EIP-2); owners can be contracts (EIP-1271).
//! - The wallet signs by its owners (EIP-1271): `signature` is `abi.encode(Approval[])` of their signatures of
//!   [`Message`], which names the wallet: what they sign for one wallet is not good for another of theirs.
//!
//! Loops are over owners (32 at most) and over the calls of a batch, which its owners choose; proposals are never walked
//! through, so that many of them cost nobody anything.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![forbid(unsafe_code)]

mod interface;
mod owners;
#[cfg(test)]
mod tests;

pub use interface::*;

use owners::Owners;
use zx::{
    abi::Args as _,
    components::{IERC721Receiver, IERC1155Receiver, TokenReceiver},
    crypto::{Domain, IERC1271, TypedData as _, is_valid_signature},
    prelude::*,
};

/// What owners sign for: a wallet on a chain.
pub(crate) const DOMAIN: Domain = Domain::new("Zexus Multisig", "1");

/// What EIP-1271 has a contract answer for its own signature, and for any other.
const VALID: FixedBytes<4> = FixedBytes(zx::selector("isValidSignature(bytes32,bytes)"));
const INVALID: FixedBytes<4> = FixedBytes([0xFF; 4]);

/// State of a wallet.
#[zx::contract]
#[derive(Debug)]
pub struct Multisig {
    owners: Owners,
    /// Nonce of the next batch that is signed.
    nonce: Item<U256>,
    /// How many proposals there were.
    proposal_count: Item<U256>,
    /// Hash of the calls of a proposal; zero if it was executed.
    proposals: Map<U256, B256>,
    /// By proposal and membership.
    confirmed: Map<(U256, u64), bool>,
    #[component]
    receiver: TokenReceiver,
}

#[zx::public(implements(IERC1271, IERC721Receiver, IERC1155Receiver))]
impl Multisig {
    /// Names the owners, and how many of them must agree.
    #[constructor]
    pub fn constructor(
        &mut self,
        cx: &mut Ctx,
        owners: Vec<Address>,
        threshold: u32,
    ) -> Result<(), MultisigError> {
        for owner in owners {
            self.owners.add(cx, owner)?;
        }
        self.owners.set_threshold(cx, threshold)
    }

    /// Takes coins.
    #[receive]
    #[reentrant]
    pub fn receive(&mut self, cx: &mut Ctx) {
        let (from, value) = (cx.sender(), cx.value());
        cx.emit(Received { from, value });
    }

    /// The owners.
    #[reentrant]
    pub fn owners(&self, _cx: &Ctx) -> Vec<Address> {
        self.owners.all()
    }

    /// Whether an account is one.
    #[reentrant]
    pub fn is_owner(&self, _cx: &Ctx, account: Address) -> bool {
        self.owners.membership(account).is_some()
    }

    /// How many of them must agree.
    #[reentrant]
    pub fn threshold(&self, _cx: &Ctx) -> u32 {
        self.owners.threshold()
    }

    /// Nonce of the next batch that is signed.
    #[reentrant]
    pub fn nonce(&self, _cx: &Ctx) -> U256 {
        self.nonce.get()
    }

    /// How many proposals there were: they are numbered from 0 on.
    #[reentrant]
    pub fn proposal_count(&self, _cx: &Ctx) -> U256 {
        self.proposal_count.get()
    }

    /// Owners who agree with a proposal.
    #[reentrant]
    pub fn confirmations(&self, _cx: &Ctx, id: U256) -> Vec<Address> {
        let owners = self.owners.all();
        let agrees = |owner: &Address| self.has_confirmed(id, *owner);
        owners.into_iter().filter(agrees).collect()
    }

    /// What owners sign to have calls made: the hash of [`Batch`], by EIP-712.
    #[reentrant]
    pub fn batch_hash(&self, cx: &Ctx, calls: Vec<Call>, nonce: U256, deadline: U256) -> B256 {
        let batch = Batch {
            calls,
            nonce,
            deadline,
        };
        batch.typed_hash(DOMAIN.separator(cx))
    }

    /// What owners sign for the wallet to have signed a hash: that of [`Message`], by EIP-712.
    #[reentrant]
    pub fn message_hash(&self, cx: &Ctx, hash: B256) -> B256 {
        Message { hash }.typed_hash(DOMAIN.separator(cx))
    }

    /// Hash of the domain of both (EIP-712).
    #[reentrant]
    #[selector(name = "DOMAIN_SEPARATOR")]
    pub fn domain_separator(&self, cx: &Ctx) -> B256 {
        DOMAIN.separator(cx)
    }

    /// Proposes calls, which the caller confirms at once; the number of the proposal.
    pub fn propose(&mut self, cx: &mut Ctx, calls: Vec<Call>) -> Result<U256, MultisigError> {
        let owner = self.only_owner(cx)?;
        ensure!(!calls.is_empty(), MultisigError::NoCalls);
        let id = self.proposal_count.get();
        self.proposal_count.set(id + U256::ONE);
        let hash = hash_of(cx, &calls);
        self.proposals.set(id, hash);
        cx.emit(Proposed {
            id,
            owner: cx.sender(),
            calls,
        });
        self.agree(cx, id, owner);
        Ok(id)
    }

    /// Agrees with a proposal.
    pub fn confirm(&mut self, cx: &mut Ctx, id: U256) -> Result<(), MultisigError> {
        let owner = self.only_owner(cx)?;
        self.pending(id)?;
        ensure!(
            !self.confirmed.get((id, owner)),
            MultisigError::AlreadyConfirmed { id }
        );
        self.agree(cx, id, owner);
        Ok(())
    }

    /// Agrees no more.
    pub fn revoke(&mut self, cx: &mut Ctx, id: U256) -> Result<(), MultisigError> {
        let owner = self.only_owner(cx)?;
        self.pending(id)?;
        let agreed = self.confirmed.take((id, owner));
        ensure!(agreed, MultisigError::NotConfirmed { id });
        cx.emit(Revoked {
            id,
            owner: cx.sender(),
        });
        Ok(())
    }

    /// Makes the calls of a proposal that enough owners agree with.
    pub fn execute(
        &mut self,
        cx: &mut Ctx,
        id: U256,
        calls: Vec<Call>,
    ) -> Result<(), MultisigError> {
        self.only_owner(cx)?;
        let hash = self.pending(id)?;
        ensure!(
            hash == hash_of(cx, &calls),
            MultisigError::OtherCalls { id }
        );
        let agree = self.confirmations(cx, id).len() as u32;
        self.enough(agree)?;
        self.proposals.clear(id);
        cx.emit(Executed { id });
        make(cx, calls)
    }

    /// Makes calls that enough owners have signed, whoever brings the signatures: by ascending owner.
    pub fn execute_signed(
        &mut self,
        cx: &mut Ctx,
        calls: Vec<Call>,
        deadline: U256,
        approvals: Vec<Approval>,
    ) -> Result<(), MultisigError> {
        ensure!(
            U256::from(cx.block_timestamp()) <= deadline,
            MultisigError::Expired { deadline }
        );
        let nonce = self.nonce.get();
        let batch = Batch {
            calls,
            nonce,
            deadline,
        };
        let hash = batch.typed_hash(DOMAIN.separator(cx));
        self.check(cx, hash, &approvals)?;
        self.nonce.set(nonce + U256::ONE);
        cx.emit(ExecutedSigned { nonce });
        make(cx, batch.calls)
    }

    /// Whether the wallet has signed a hash (EIP-1271): 0x1626ba7e, or 0xffffffff.
    #[reentrant]
    pub fn is_valid_signature(&self, cx: &Ctx, hash: B256, signature: Bytes) -> FixedBytes<4> {
        let Some((approvals,)) = <(Vec<Approval>,)>::decode(&signature) else {
            return INVALID;
        };
        let hash = self.message_hash(cx, hash);
        match self.check(cx, hash, &approvals) {
            Ok(()) => VALID,
            Err(_) => INVALID,
        }
    }

    /// Makes an account an owner. Only the wallet itself can.
    #[reentrant]
    pub fn add_owner(&mut self, cx: &mut Ctx, owner: Address) -> Result<(), MultisigError> {
        only_self(cx)?;
        self.owners.add(cx, owner)
    }

    /// Makes an owner one no more; enough must remain. Only the wallet itself can.
    #[reentrant]
    pub fn remove_owner(&mut self, cx: &mut Ctx, owner: Address) -> Result<(), MultisigError> {
        only_self(cx)?;
        self.owners.remove(cx, owner)?;
        self.owners.check_threshold(self.owners.threshold())
    }

    /// Puts one owner into the place of another. Only the wallet itself can.
    #[reentrant]
    pub fn replace_owner(
        &mut self,
        cx: &mut Ctx,
        old: Address,
        new: Address,
    ) -> Result<(), MultisigError> {
        only_self(cx)?;
        self.owners.remove(cx, old)?;
        self.owners.add(cx, new)
    }

    /// Sets how many owners must agree. Only the wallet itself can.
    #[reentrant]
    pub fn set_threshold(&mut self, cx: &mut Ctx, threshold: u32) -> Result<(), MultisigError> {
        only_self(cx)?;
        self.owners.set_threshold(cx, threshold)
    }
}

impl Multisig {
    /// Lets only owners go on; which membership the caller has.
    fn only_owner(&self, cx: &Ctx) -> Result<u64, MultisigError> {
        let account = cx.sender();
        let membership = self.owners.membership(account);
        membership.ok_or(MultisigError::NotOwner { account })
    }

    /// Hash of the calls of a proposal that was not executed.
    fn pending(&self, id: U256) -> Result<B256, MultisigError> {
        let hash = self.proposals.get(id);
        ensure!(!hash.is_zero(), MultisigError::UnknownProposal { id });
        Ok(hash)
    }

    fn agree(&mut self, cx: &mut Ctx, id: U256, membership: u64) {
        self.confirmed.set((id, membership), true);
        cx.emit(Confirmed {
            id,
            owner: cx.sender(),
        });
    }

    fn has_confirmed(&self, id: U256, owner: Address) -> bool {
        let membership = self.owners.membership(owner);
        membership.is_some_and(|membership| self.confirmed.get((id, membership)))
    }

    fn enough(&self, agree: u32) -> Result<(), MultisigError> {
        let threshold = self.owners.threshold();
        ensure!(
            agree >= threshold,
            MultisigError::TooFew { agree, threshold }
        );
        Ok(())
    }

    /// Holds signatures of a hash to being those of enough owners, each once.
    fn check(&self, cx: &Ctx, hash: B256, approvals: &[Approval]) -> Result<(), MultisigError> {
        self.enough(approvals.len() as u32)?;
        // No owner is the zero address.
        let mut last = Address::ZERO;
        for Approval { owner, signature } in approvals {
            let owner = *owner;
            ensure!(owner > last, MultisigError::Unordered { owner });
            last = owner;
            ensure!(
                self.owners.membership(owner).is_some(),
                MultisigError::NotOwner { account: owner }
            );
            ensure!(
                is_valid_signature(cx, owner, hash, signature),
                MultisigError::InvalidSignature { owner }
            );
        }
        Ok(())
    }
}

fn only_self(cx: &Ctx) -> Result<(), MultisigError> {
    let account = cx.sender();
    ensure!(account == cx.address(), MultisigError::NotSelf { account });
    Ok(())
}

/// Hash of calls.
fn hash_of(cx: &Ctx, calls: &[Call]) -> B256 {
    let hashes: Vec<[u8; 32]> = calls.iter().map(|call| call.struct_hash().0).collect();
    cx.keccak256(hashes.as_flattened())
}

/// Makes calls, all or none.
fn make(cx: &mut Ctx, calls: Vec<Call>) -> Result<(), MultisigError> {
    for (index, call) in (0..).zip(calls) {
        let Call {
            to,
            value,
            data,
            gas,
        } = call;
        // A call of nobody succeeds, and does nothing.
        ensure!(
            data.is_empty() || cx.has_code(to),
            MultisigError::NoCode { to }
        );
        // What it costs, and the 64th that is kept back (EIP-150), are the same for any gas: who has found out how much is
        // needed has found out with both.
        ensure!(
            cx.gas_left() >= gas,
            MultisigError::TooLittleGas { index, needed: gas }
        );
        if let Err(error) = cx.call(to, &data, CallOptions::value(value)) {
            let reason = match error {
                CallError::Revert(data) => data.into(),
                CallError::Failed | CallError::Malformed => Bytes::new(),
            };
            return Err(MultisigError::CallFailed { index, reason });
        }
    }
    Ok(())
}
