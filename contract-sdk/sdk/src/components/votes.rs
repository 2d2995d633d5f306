//! Voting power that is delegated, and what it was.

use super::{Checkpoints, CheckpointsError, Eip712, Nonces, NoncesError};
use crate::{
    Address, B256, Ctx, Map, U256, Uint,
    crypto::{Signature, SignatureError, TypedData as _},
};
use alloc::string::String;
use core::ops::{Add as _, Sub as _};

/// Voting power by block (ERC-5805, ERC-6372 with the clock of block numbers): OpenZeppelin's `Votes`. Who holds units
/// votes with them after delegating them, to themselves or to somebody else; what is not delegated costs no checkpoints.
///
/// The units are kept here: a token needs no balances besides, [`units`](Self::units) are its balances, and every mint,
/// transfer and burn is a [`move_units`](Self::move_units).
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{components::{Eip712, Nonces, Votes, VotesError}, prelude::*};
///
/// #[zx::contract]
/// pub struct Shares {
///     #[component]
///     votes: Votes,
///     #[component]
///     nonces: Nonces,
///     #[component]
///     domain: Eip712,
/// }
///
/// #[zx::public]
/// impl Shares {
///     #[constructor]
///     pub fn constructor(&mut self, cx: &mut Ctx, supply: U256) -> Result<(), VotesError> {
///         self.domain.init(cx, "Shares".into(), "1".into());
///         self.votes.move_units(cx, Address::ZERO, cx.sender(), supply)
///     }
///
///     pub fn transfer(&mut self, cx: &mut Ctx, to: Address, amount: U256) -> Result<(), VotesError> {
///         self.votes.move_units(cx, cx.sender(), to, amount)
///     }
/// }
///
/// let host = zx::testing::Host::new();
/// let [alice, bob] = host.accounts();
/// let shares = host.deploy::<Shares>((U256::from(10u8),));
/// shares.votes().delegate(bob).unwrap();
/// let then = host.block().number;
/// host.mine(1);
/// shares.transfer(bob, U256::from(4u8)).unwrap();
/// assert_eq!(shares.votes().get_votes(bob), U256::from(6u8));
/// assert_eq!(shares.votes().get_past_votes(bob, U256::from(then)), U256::from(10u8));
/// ```
///
/// `delegateBySig` needs the domain to be named: see [`Eip712::init`].
///
/// As the [`Ledger`](super::Ledger) of an [`Erc20`](super::Erc20) it is a token whose holders vote.
#[zx::storage]
#[derive(Debug)]
pub struct Votes {
    #[slot(namespace = "openzeppelin.storage.Votes")]
    state: State,
    nonces: Nonces,
    domain: Eip712,
}

/// OpenZeppelin's, and the units behind.
#[zx::storage]
#[derive(Debug)]
struct State {
    delegatee: Map<Address, Address>,
    power: Map<Address, Checkpoints>,
    total: Checkpoints,
    units: Map<Address, U256>,
}

/// An account delegates its units to somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct DelegateChanged {
    /// Who delegates.
    #[indexed]
    pub delegator: Address,
    /// Who voted with them.
    #[indexed]
    pub from_delegate: Address,
    /// Who does.
    #[indexed]
    pub to_delegate: Address,
}

/// An account votes with more or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct DelegateVotesChanged {
    /// Who.
    #[indexed]
    pub delegate: Address,
    /// What they voted with.
    pub previous_votes: U256,
    /// What they vote with.
    pub new_votes: U256,
}

/// Why [`Votes`] refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum VotesError {
    /// The signature is no more valid.
    VotesExpiredSignature {
        /// Until when it was, in seconds since 1970.
        expiry: U256,
    },
    /// What will be is not known: this block, or a later one.
    ERC5805FutureLookup {
        /// Which block was asked for.
        timepoint: U256,
        /// Which block it is.
        clock: Uint<48>,
    },
    /// Of the signature.
    Signature(SignatureError),
    /// Of the nonce.
    Nonces(NoncesError),
    /// Of the history: more than 2^208 - 1 units.
    Checkpoints(CheckpointsError),
}

/// What is signed to delegate.
#[derive(Debug, zx::TypedData)]
struct Delegation {
    delegatee: Address,
    nonce: U256,
    expiry: U256,
}

impl Votes {
    /// Units of an account: a token's balance.
    pub fn units(&self, account: Address) -> U256 {
        self.state.units.get(account)
    }

    /// All units: a token's supply.
    pub fn total_units(&self) -> U256 {
        self.state.total.latest()
    }

    /// Moves units, and the voting power with them; from the zero address they are made, to it they are destroyed. An
    /// account that has too few reverts with `Panic(0x11)`.
    ///
    /// # Errors
    /// There would be more than 2^208 - 1 units.
    pub fn move_units(&mut self, cx: &mut Ctx, from: Address, to: Address, amount: U256) -> Result<(), VotesError> {
        match (from.is_zero(), to.is_zero()) {
            (true, true) => Ok(()),
            (true, false) => self.made(cx, to, amount),
            (false, true) => {
                self.state.units.sub(from, amount);
                self.destroyed(cx, from, amount)
            }
            (false, false) => {
                self.state.units.sub(from, amount);
                self.moved(cx, from, to, amount)
            }
        }
    }

    /// The units, to take some from: with [`destroyed`](Self::destroyed) or [`moved`](Self::moved) after it.
    pub(super) fn units_mut(&mut self) -> &mut Map<Address, U256> {
        &mut self.state.units
    }

    /// Adds units to what there is.
    pub(super) fn made(&mut self, cx: &mut Ctx, to: Address, amount: U256) -> Result<(), VotesError> {
        self.state.total.update(cx.block_number(), amount, U256::add)?;
        self.state.units.add(to, amount);
        self.change_power(cx, self.state.delegatee.get(to), amount, U256::add)
    }

    /// Takes units, which are nobody's any more, from what there is.
    pub(super) fn destroyed(&mut self, cx: &mut Ctx, from: Address, amount: U256) -> Result<(), VotesError> {
        self.state.total.update(cx.block_number(), amount, U256::sub)?;
        self.change_power(cx, self.state.delegatee.get(from), amount, U256::sub)
    }

    /// Gives units, which are nobody's any more, to an account.
    pub(super) fn moved(&mut self, cx: &mut Ctx, from: Address, to: Address, amount: U256) -> Result<(), VotesError> {
        self.state.units.add(to, amount);
        self.move_power(cx, self.state.delegatee.get(from), self.state.delegatee.get(to), amount)
    }

    /// Has an account vote with the units of another, whoever calls.
    ///
    /// # Errors
    /// None, as long as the units are moved by [`move_units`](Self::move_units).
    pub fn set_delegate(&mut self, cx: &mut Ctx, delegator: Address, to_delegate: Address) -> Result<(), VotesError> {
        let from_delegate = self.state.delegatee.entry(delegator).replace(to_delegate);
        cx.emit(DelegateChanged { delegator, from_delegate, to_delegate });
        self.move_power(cx, from_delegate, to_delegate, self.state.units.get(delegator))
    }

    fn move_power(&mut self, cx: &mut Ctx, from: Address, to: Address, amount: U256) -> Result<(), VotesError> {
        if from == to {
            return Ok(());
        }
        self.change_power(cx, from, amount, U256::sub)?;
        self.change_power(cx, to, amount, U256::add)
    }

    /// The zero address votes with nothing.
    fn change_power(
        &mut self,
        cx: &mut Ctx,
        delegate: Address,
        by: U256,
        change: fn(U256, U256) -> U256,
    ) -> Result<(), VotesError> {
        if delegate.is_zero() || by.is_zero() {
            return Ok(());
        }
        let (previous_votes, new_votes) = self.state.power.at_mut(delegate).update(cx.block_number(), by, change)?;
        cx.emit(DelegateVotesChanged { delegate, previous_votes, new_votes });
        Ok(())
    }

    /// A block before this one.
    fn past(cx: &Ctx, timepoint: U256) -> Result<u64, VotesError> {
        match u64::try_from(timepoint) {
            Ok(block) if block < cx.block_number() => Ok(block),
            _ => Err(VotesError::ERC5805FutureLookup { timepoint, clock: clock(cx) }),
        }
    }
}

/// The number of the block, which fits 48 bits for longer than there are chains.
fn clock(cx: &Ctx) -> Uint<48> {
    Uint::new(U256::from(cx.block_number()))
}

#[zx::component(events(DelegateChanged, DelegateVotesChanged))]
impl Votes {
    /// What time is told by: the number of the block (ERC-6372).
    pub fn clock(&self, cx: &Ctx) -> Uint<48> {
        clock(cx)
    }

    /// What time is told by, in words (ERC-6372).
    #[selector(name = "CLOCK_MODE")]
    pub fn clock_mode() -> String {
        "mode=blocknumber&from=default".into()
    }

    /// What an account votes with.
    pub fn get_votes(&self, _cx: &Ctx, account: Address) -> U256 {
        self.state.power.at(account).latest()
    }

    /// What an account voted with at the end of a block before this one.
    pub fn get_past_votes(&self, cx: &Ctx, account: Address, timepoint: U256) -> Result<U256, VotesError> {
        Ok(self.state.power.at(account).value_at(Self::past(cx, timepoint)?))
    }

    /// All units at the end of a block before this one.
    pub fn get_past_total_supply(&self, cx: &Ctx, timepoint: U256) -> Result<U256, VotesError> {
        Ok(self.state.total.value_at(Self::past(cx, timepoint)?))
    }

    /// Who votes with the units of an account; the zero address if nobody does.
    pub fn delegates(&self, _cx: &Ctx, account: Address) -> Address {
        self.state.delegatee.get(account)
    }

    /// Has `delegatee` vote with the caller's units.
    pub fn delegate(&mut self, cx: &mut Ctx, delegatee: Address) -> Result<(), VotesError> {
        self.set_delegate(cx, cx.sender(), delegatee)
    }

    /// Has `delegatee` vote with the units of who signed that (EIP-712).
    #[expect(clippy::too_many_arguments, reason = "what ERC-5805 takes")]
    pub fn delegate_by_sig(
        &mut self,
        cx: &mut Ctx,
        delegatee: Address,
        nonce: U256,
        expiry: U256,
        v: u8,
        r: B256,
        s: B256,
    ) -> Result<(), VotesError> {
        if U256::from(cx.block_timestamp()) > expiry {
            return Err(VotesError::VotesExpiredSignature { expiry });
        }
        let hash = Delegation { delegatee, nonce, expiry }.typed_hash(self.domain.domain().separator(cx));
        let signer = Signature { v, r, s }.recover(hash)?;
        self.nonces.take_checked(signer, nonce)?;
        self.set_delegate(cx, signer, delegatee)
    }
}
