//! One account that may do more than others.

use crate::{Address, Ctx, Item};

/// An owner, who hands the contract on in two steps: the new owner has to accept it, so that it is never handed to an
/// address that nobody controls. OpenZeppelin's `Ownable2Step`.
///
/// Begin with [`init`](Self::init): until then nobody is the owner. Two slots: owner, pending owner.
#[zx::storage]
#[derive(Debug)]
pub struct Ownable {
    owner: Item<Address>,
    pending_owner: Item<Address>,
}

/// The contract is offered to a new owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct OwnershipTransferStarted {
    /// Who owns it.
    #[indexed]
    pub previous_owner: Address,
    /// Who may accept it; nobody, if an offer was withdrawn.
    #[indexed]
    pub new_owner: Address,
}

/// The contract has a new owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct OwnershipTransferred {
    /// Who owned it.
    #[indexed]
    pub previous_owner: Address,
    /// Who owns it; nobody, if it was given up.
    #[indexed]
    pub new_owner: Address,
}

/// Why an [`Ownable`] refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum OwnableError {
    /// Only the owner can do this; only the pending owner can accept.
    OwnableUnauthorizedAccount {
        /// Who tried.
        account: Address,
    },
    /// This address cannot own anything: it is the zero address.
    OwnableInvalidOwner {
        /// The address.
        owner: Address,
    },
}

impl Ownable {
    /// Sets the first owner: in the constructor, or the initializer.
    ///
    /// # Errors
    /// `owner` is the zero address.
    pub fn init(&mut self, cx: &mut Ctx, owner: Address) -> Result<(), OwnableError> {
        if owner.is_zero() {
            return Err(OwnableError::OwnableInvalidOwner { owner });
        }
        self.hand_to(cx, owner);
        Ok(())
    }

    /// Lets only the owner go on: `self.ownable.only_owner(cx)?`.
    ///
    /// # Errors
    /// Somebody else calls.
    pub fn only_owner(&self, cx: &Ctx) -> Result<(), OwnableError> {
        Self::only(cx, self.owner.get())
    }

    fn only(cx: &Ctx, allowed: Address) -> Result<(), OwnableError> {
        let account = cx.sender();
        if account == allowed { Ok(()) } else { Err(OwnableError::OwnableUnauthorizedAccount { account }) }
    }

    fn hand_to(&mut self, cx: &mut Ctx, new_owner: Address) {
        self.pending_owner.clear();
        let previous_owner = self.owner.replace(new_owner);
        cx.emit(OwnershipTransferred { previous_owner, new_owner });
    }
}

#[zx::component(events(OwnershipTransferStarted, OwnershipTransferred))]
impl Ownable {
    /// Who owns the contract; the zero address if nobody does.
    pub fn owner(&self, _cx: &Ctx) -> Address {
        self.owner.get()
    }

    /// Who may accept the contract; the zero address if nobody may.
    pub fn pending_owner(&self, _cx: &Ctx) -> Address {
        self.pending_owner.get()
    }

    /// Offers the contract to a new owner, who has to accept it. The zero address withdraws an offer.
    pub fn transfer_ownership(&mut self, cx: &mut Ctx, new_owner: Address) -> Result<(), OwnableError> {
        self.only_owner(cx)?;
        self.pending_owner.set(new_owner);
        cx.emit(OwnershipTransferStarted { previous_owner: self.owner.get(), new_owner });
        Ok(())
    }

    /// Accepts the contract.
    pub fn accept_ownership(&mut self, cx: &mut Ctx) -> Result<(), OwnableError> {
        let new_owner = self.pending_owner.get();
        Self::only(cx, new_owner)?;
        self.hand_to(cx, new_owner);
        Ok(())
    }

    /// Gives the contract up: nobody owns it from then on.
    pub fn renounce_ownership(&mut self, cx: &mut Ctx) -> Result<(), OwnableError> {
        self.only_owner(cx)?;
        self.hand_to(cx, Address::ZERO);
        Ok(())
    }
}
