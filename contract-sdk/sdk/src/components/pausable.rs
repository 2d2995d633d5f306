//! A switch.

use crate::{Address, Ctx, Item};

/// A switch that stops what asks for it. OpenZeppelin's `Pausable`. Who turns it is for the contract to say:
/// [`pause`](Self::pause) and [`unpause`](Self::unpause) are helpers, not public methods. Takes one byte of storage.
#[zx::storage]
#[derive(Debug)]
pub struct Pausable {
    paused: Item<bool>,
}

/// The contract was paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Paused {
    /// Who did it.
    pub account: Address,
}

/// The contract goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Unpaused {
    /// Who did it.
    pub account: Address,
}

/// Why a [`Pausable`] refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum PausableError {
    /// The contract is paused.
    EnforcedPause {},
    /// The contract is not paused.
    ExpectedPause {},
}

impl Pausable {
    /// Goes on only while the contract is not paused: `self.pausable.when_not_paused()?`.
    ///
    /// # Errors
    /// It is.
    pub fn when_not_paused(&self) -> Result<(), PausableError> {
        if self.paused.get() { Err(PausableError::EnforcedPause {}) } else { Ok(()) }
    }

    /// Goes on only while the contract is paused.
    ///
    /// # Errors
    /// It is not.
    pub fn when_paused(&self) -> Result<(), PausableError> {
        if self.paused.get() { Ok(()) } else { Err(PausableError::ExpectedPause {}) }
    }

    /// Pauses the contract, whoever calls.
    ///
    /// # Errors
    /// It is paused.
    pub fn pause(&mut self, cx: &mut Ctx) -> Result<(), PausableError> {
        self.when_not_paused()?;
        self.paused.set(true);
        cx.emit(Paused { account: cx.sender() });
        Ok(())
    }

    /// Lets the contract go on, whoever calls.
    ///
    /// # Errors
    /// It is not paused.
    pub fn unpause(&mut self, cx: &mut Ctx) -> Result<(), PausableError> {
        self.when_paused()?;
        self.paused.set(false);
        cx.emit(Unpaused { account: cx.sender() });
        Ok(())
    }
}

#[zx::component(events(Paused, Unpaused), errors(PausableError))]
impl Pausable {
    /// Whether the contract is paused.
    pub fn paused(&self, _cx: &Ctx) -> bool {
        self.paused.get()
    }
}
