//! What a constructor does, for contracts behind proxies.

use crate::{Ctx, Item};

/// Lets an initializer run once, as a constructor does: a proxy runs the code of a contract, not its constructor.
/// OpenZeppelin's `Initializable`, in its slot.
///
/// ```
/// # extern crate zx_sdk as zx;
/// use zx::{components::{Initializable, InitializableError}, prelude::*};
///
/// #[zx::contract]
/// pub struct Box {
///     initializable: Initializable,
///     #[view]
///     value: Item<u64>,
/// }
///
/// #[zx::public]
/// impl Box {
///     /// The code itself is never to be initialised: only what runs it behind a proxy is.
///     #[constructor]
///     pub fn constructor(&mut self, cx: &mut Ctx) -> Result<(), InitializableError> {
///         self.initializable.disable_initializers(cx)
///     }
///
///     pub fn initialize(&mut self, cx: &mut Ctx, value: u64) -> Result<(), InitializableError> {
///         self.initializable.initializer(cx)?;
///         self.value.set(value);
///         Ok(())
///     }
/// }
///
/// let host = zx::testing::Host::new();
/// let code = host.deploy::<Box>(());
/// assert_eq!(code.initialize(1), Err(InitializableError::InvalidInitialization {}.into()));
/// ```
///
/// An initializer is called in the transaction that creates the proxy: anybody can call it.
#[zx::storage]
#[derive(Debug)]
pub struct Initializable {
    #[slot(namespace = "openzeppelin.storage.Initializable")]
    state: State,
}

#[zx::storage]
#[derive(Debug)]
struct State {
    initialized: Item<u64>,
    /// OpenZeppelin's; nothing here needs it, since a second initializer is refused from the first line of the first.
    _initializing: Item<bool>,
}

/// The contract is initialised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Event)]
pub struct Initialized {
    /// To which version; the largest number if it never can be.
    pub version: u64,
}

/// Why an [`Initializable`] refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, zx::Error)]
pub enum InitializableError {
    /// The contract is initialised already, or never to be.
    InvalidInitialization {},
    /// The contract is not initialised yet.
    NotInitializing {},
}

impl Initializable {
    /// Goes on once: first in the initializer.
    ///
    /// # Errors
    /// The contract is initialised.
    pub fn initializer(&mut self, cx: &mut Ctx) -> Result<(), InitializableError> {
        self.reinitializer(cx, 1)
    }

    /// Goes on once for each version, which only grow: first in what runs after an upgrade.
    ///
    /// # Errors
    /// The contract is initialised to this version, or a later one.
    pub fn reinitializer(&mut self, cx: &mut Ctx, version: u64) -> Result<(), InitializableError> {
        if version <= self.version() {
            return Err(InitializableError::InvalidInitialization {});
        }
        self.state.initialized.set(version);
        cx.emit(Initialized { version });
        Ok(())
    }

    /// Refuses all initializers from now on: in the constructor of code that proxies run.
    ///
    /// # Errors
    /// They are refused.
    pub fn disable_initializers(&mut self, cx: &mut Ctx) -> Result<(), InitializableError> {
        self.reinitializer(cx, u64::MAX)
    }

    /// The version that the contract is initialised to; 0 if it is not.
    pub fn version(&self) -> u64 {
        self.state.initialized.get()
    }

    /// Goes on only once the contract is initialised.
    ///
    /// # Errors
    /// It is not.
    pub fn when_initialized(&self) -> Result<(), InitializableError> {
        if self.version() == 0 { Err(InitializableError::NotInitializing {}) } else { Ok(()) }
    }
}

#[zx::component(events(Initialized), errors(InitializableError))]
impl Initializable {}
