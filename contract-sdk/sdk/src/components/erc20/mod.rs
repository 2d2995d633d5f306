//! A fungible token.

mod interface;
mod ledger;
mod transfers;
mod votes;

pub use interface::{Approval, Erc20Error, IERC20, IERC20Permit, Transfer};
pub use ledger::{Balances, Ledger, debit};
pub use transfers::{TokenError, approve, pull, send};
pub use votes::Erc20VotesError;

use crate::{
    Address, B256, Ctx, Field, Map, Ref, RefMut, Stored, U256,
    components::Nonces,
    crypto::{Permit, PermitError, Signature},
    declare::{LayoutMember, struct_type},
    storage::{Lane, Member, Place, Size},
};
use core::marker::PhantomData;

/// ERC-20: what OpenZeppelin's `ERC20` does, by its names. The contract adds name, symbol and decimals, and says who mints
/// and burns.
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{components::{Erc20, Erc20Error}, prelude::*};
///
/// #[zx::contract]
/// pub struct Points {
///     #[component]
///     erc20: Erc20,
/// }
///
/// #[zx::public]
/// impl Points {
///     #[constructor]
///     pub fn constructor(&mut self, cx: &mut Ctx, supply: U256) -> Result<(), Erc20Error> {
///         self.erc20.mint(cx, cx.sender(), supply)
///     }
///
///     pub fn burn(&mut self, cx: &mut Ctx, value: U256) -> Result<(), Erc20Error> {
///         self.erc20.burn(cx, cx.sender(), value)
///     }
/// }
///
/// let host = zx::testing::Host::new();
/// let [alice, bob] = host.accounts();
/// let points = host.deploy::<Points>((U256::from(10u8),));
/// points.erc20().transfer(bob, U256::from(4u8)).unwrap();
/// points.by(bob).burn(U256::ONE).unwrap();
/// assert_eq!(points.erc20().balance_of(alice), U256::from(6u8));
/// assert_eq!(points.erc20().total_supply(), U256::from(9u8));
/// ```
///
/// # Who holds what
/// is kept by a [`Ledger`]. [`Balances`] is the plain one. [`Votes`](super::Votes) is one whose tokens vote: with
/// `erc20: Erc20<Votes>` and `#[component] votes: Votes` the holders vote with what they hold. A ledger of the contract's
/// own is where it says what must hold before tokens move, or packs what belongs together:
///
/// ```
/// # extern crate zx_sdk as zx;
/// # use zx::{components::{Balances, Erc20, Erc20Error, Ledger, Pausable, PausableError}, prelude::*};
/// /// Balances that do not move while they are paused.
/// #[zx::storage]
/// pub struct Stoppable {
///     pausable: Pausable,
///     balances: Balances,
/// }
///
/// #[derive(zx::Error)]
/// pub enum PointsError {
///     Token(Erc20Error),
///     Paused(PausableError),
/// }
///
/// impl Ledger for Stoppable {
///     type Error = PointsError;
///
///     fn total_supply(&self) -> U256 {
///         self.balances.total_supply()
///     }
///
///     fn balance_of(&self, account: Address) -> U256 {
///         self.balances.balance_of(account)
///     }
///
///     fn mint(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), PointsError> {
///         self.pausable.when_not_paused()?;
///         Ok(self.balances.mint(cx, to, value)?)
///     }
///
///     fn burn(&mut self, cx: &mut Ctx, from: Address, value: U256) -> Result<(), PointsError> {
///         self.pausable.when_not_paused()?;
///         Ok(self.balances.burn(cx, from, value)?)
///     }
///
///     fn transfer(&mut self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> Result<(), PointsError> {
///         self.pausable.when_not_paused()?;
///         Ok(self.balances.transfer(cx, from, to, value)?)
///     }
/// }
///
/// #[zx::contract]
/// pub struct Points {
///     #[component]
///     erc20: Erc20<Stoppable>,
/// }
///
/// #[zx::public]
/// impl Points {
///     pub fn pause(&mut self, cx: &mut Ctx) -> Result<(), PointsError> {
///         Ok(self.erc20.ledger_mut().pausable.pause(cx)?)
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Erc20<L = Balances> {
    allowances: Map<(Address, Address), U256>,
    ledger: Place,
    of: PhantomData<fn() -> L>,
}

/// Where the allowances are: the first slot.
const ALLOWANCES: Member = Member::at(0, Lane::ALONE);
/// Where the ledger begins: the next.
const LEDGER: Member = Member::at(1, Lane::ALONE);

impl<L> Erc20<L> {
    /// The token at this place.
    #[doc(hidden)]
    pub const fn placed(place: Place) -> Self {
        Self { allowances: Map::placed(place.member(ALLOWANCES)), ledger: place.member(LEDGER), of: PhantomData }
    }
}

impl<L: Stored> Stored for Erc20<L> {
    const SIZE: Size = Size::slots(LEDGER.slot).with_part(LEDGER.slot, L::SIZE);
    const TYPE: &'static str = const {
        &struct_type(
            "Erc20",
            &[
                LayoutMember::of::<Map<(Address, Address), U256>>("allowances", ALLOWANCES),
                LayoutMember::of::<L>("ledger", LEDGER),
            ],
        )
    }
    .as_str();
}

impl<L: Field> Field for Erc20<L> {
    fn placed(place: Place) -> Self {
        Self::placed(place)
    }
}

impl<L: Ledger> Erc20<L> {
    /// Who holds what, to be looked at.
    pub fn ledger(&self) -> Ref<'_, L> {
        Ref::new(L::placed(self.ledger))
    }

    /// Who holds what, to be changed. Whoever moves tokens there emits [`Transfer`] too.
    pub fn ledger_mut(&mut self) -> RefMut<'_, L> {
        RefMut::new(L::placed(self.ledger))
    }

    /// Makes tokens, whoever calls.
    ///
    /// # Errors
    /// `to` is the zero address, or the ledger refuses.
    pub fn mint(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<(), L::Error> {
        can_receive(to)?;
        cx.emit(Transfer { from: Address::ZERO, to, value });
        self.ledger_mut().mint(cx, to, value)
    }

    /// Destroys tokens, whoever calls.
    ///
    /// # Errors
    /// `from` is the zero address or holds too little, or the ledger refuses.
    pub fn burn(&mut self, cx: &mut Ctx, from: Address, value: U256) -> Result<(), L::Error> {
        can_send(from)?;
        cx.emit(Transfer { from, to: Address::ZERO, value });
        self.ledger_mut().burn(cx, from, value)
    }

    /// Destroys tokens that the caller was allowed to move.
    ///
    /// # Errors
    /// As of [`spend`](Self::spend) and [`burn`](Self::burn).
    pub fn burn_from(&mut self, cx: &mut Ctx, account: Address, value: U256) -> Result<(), L::Error> {
        self.spend(account, cx.sender(), value)?;
        self.burn(cx, account, value)
    }

    /// Moves tokens, whoever calls.
    ///
    /// # Errors
    /// One of the two is the zero address, `from` holds too little, or the ledger refuses.
    pub fn give(&mut self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> Result<(), L::Error> {
        can_send(from)?;
        can_receive(to)?;
        // First, so that what a ledger tells besides, of votes for instance, follows.
        cx.emit(Transfer { from, to, value });
        self.ledger_mut().transfer(cx, from, to, value)
    }

    /// Sets an allowance, whoever calls.
    ///
    /// # Errors
    /// One of the two is the zero address.
    pub fn allow(&mut self, cx: &mut Ctx, owner: Address, spender: Address, value: U256) -> Result<(), Erc20Error> {
        can_allow(owner, spender)?;
        self.allowances.set((owner, spender), value);
        cx.emit(Approval { owner, spender, value });
        Ok(())
    }

    /// Sets an allowance that its owner has signed (EIP-2612), for the domain with this separator.
    ///
    /// # Errors
    /// The permit is expired, or not the owner's; one of the two is the zero address.
    pub fn allow_signed<E: From<Erc20Error> + From<PermitError>>(
        &mut self,
        cx: &mut Ctx,
        permit: Permit,
        separator: B256,
        nonces: &mut Nonces,
        signature: Signature,
    ) -> Result<(), E> {
        permit.check(cx, separator, nonces, signature)?;
        Ok(self.allow(cx, permit.owner, permit.spender, permit.value)?)
    }

    /// Takes from an allowance. One of 2^256 - 1 is infinite: it stays.
    ///
    /// # Errors
    /// It is too small; one of the two is the zero address.
    pub fn spend(&mut self, owner: Address, spender: Address, needed: U256) -> Result<(), Erc20Error> {
        let mut entry = self.allowances.entry((owner, spender));
        let allowance = entry.get();
        if allowance == U256::MAX {
            return Ok(());
        }
        let Some(rest) = allowance.checked_sub(needed) else {
            return Err(Erc20Error::ERC20InsufficientAllowance { spender, allowance, needed });
        };
        can_allow(owner, spender)?;
        entry.set(rest);
        Ok(())
    }
}

fn can_send(sender: Address) -> Result<(), Erc20Error> {
    if sender.is_zero() { Err(Erc20Error::ERC20InvalidSender { sender }) } else { Ok(()) }
}

fn can_receive(receiver: Address) -> Result<(), Erc20Error> {
    if receiver.is_zero() { Err(Erc20Error::ERC20InvalidReceiver { receiver }) } else { Ok(()) }
}

fn can_allow(owner: Address, spender: Address) -> Result<(), Erc20Error> {
    if owner.is_zero() {
        return Err(Erc20Error::ERC20InvalidApprover { approver: owner });
    }
    if spender.is_zero() { Err(Erc20Error::ERC20InvalidSpender { spender }) } else { Ok(()) }
}

#[zx::component(events(Transfer, Approval))]
impl<L: Ledger> Erc20<L> {
    /// Tokens that exist.
    pub fn total_supply(&self, _cx: &Ctx) -> U256 {
        self.ledger().total_supply()
    }

    /// Tokens that `account` holds.
    pub fn balance_of(&self, _cx: &Ctx, account: Address) -> U256 {
        self.ledger().balance_of(account)
    }

    /// Tokens of `owner` that `spender` may still move.
    pub fn allowance(&self, _cx: &Ctx, owner: Address, spender: Address) -> U256 {
        self.allowances.get((owner, spender))
    }

    /// Moves tokens of the caller.
    pub fn transfer(&mut self, cx: &mut Ctx, to: Address, value: U256) -> Result<bool, L::Error> {
        self.give(cx, cx.sender(), to, value)?;
        Ok(true)
    }

    /// Lets `spender` move so many tokens of the caller.
    pub fn approve(&mut self, cx: &mut Ctx, spender: Address, value: U256) -> Result<bool, Erc20Error> {
        self.allow(cx, cx.sender(), spender, value)?;
        Ok(true)
    }

    /// Moves tokens that the caller was allowed to move.
    pub fn transfer_from(&mut self, cx: &mut Ctx, from: Address, to: Address, value: U256) -> Result<bool, L::Error> {
        self.spend(from, cx.sender(), value)?;
        self.give(cx, from, to, value)?;
        Ok(true)
    }
}
