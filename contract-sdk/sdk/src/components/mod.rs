//! Parts that many contracts have, to be put together as fields.
//!
//! A component is a field of the contract. With `#[component]` its public methods, events and errors are the contract's
//! too; without, it is only state with helpers. Each is a line of the struct, and its errors a line of the contract's:
//!
//! ```
//! # extern crate zx_sdk as zx;
//! use zx::{
//!     components::{Ownable, OwnableError, Pausable, PausableError},
//!     prelude::*,
//! };
//!
//! #[zx::contract]
//! pub struct Vault {
//!     #[component]
//!     ownable: Ownable,
//!     #[component]
//!     pausable: Pausable,
//!     #[view]
//!     deposits: Map<Address, U256>,
//! }
//!
//! /// Why a call was refused.
//! #[derive(Debug, PartialEq, zx::Error)]
//! pub enum VaultError {
//!     /// Of the owner.
//!     Ownable(OwnableError),
//!     /// Of the pause.
//!     Pausable(PausableError),
//! }
//!
//! #[zx::public]
//! impl Vault {
//!     #[constructor]
//!     pub fn constructor(&mut self, cx: &mut Ctx) -> Result<(), VaultError> {
//!         Ok(self.ownable.init(cx, cx.sender())?)
//!     }
//!
//!     #[payable]
//!     pub fn deposit(&mut self, cx: &mut Ctx) -> Result<(), VaultError> {
//!         self.pausable.when_not_paused()?;
//!         self.deposits.add(cx.sender(), cx.value());
//!         Ok(())
//!     }
//!
//!     pub fn pause(&mut self, cx: &mut Ctx) -> Result<(), VaultError> {
//!         self.ownable.only_owner(cx)?;
//!         Ok(self.pausable.pause(cx)?)
//!     }
//! }
//!
//! let host = zx::testing::Host::new();
//! let [alice, bob] = host.accounts();
//! let vault = host.deploy::<Vault>(());
//! assert_eq!(vault.ownable().owner(), alice);
//! let refused = vault.by(bob).pause().unwrap_err();
//! assert_eq!(refused, OwnableError::OwnableUnauthorizedAccount { account: bob }.into());
//! vault.pause().unwrap();
//! assert_eq!(vault.paying(U256::ONE).deposit(), Err(PausableError::EnforcedPause {}.into()));
//! ```
//!
//! | component | what | slots |
//! |---|---|---|
//! | [`Ownable`] | one account that may do more, handed on in two steps | 2 |
//! | [`AccessControl`] | roles, each with an admin role | 1 |
//! | [`Pausable`] | a switch | 1, shared with small neighbours |
//! | [`ReentrancyGuard`] | a lock for `#[reentrant]` methods | none: transient |
//! | [`Initializable`] | what a constructor does, done behind a proxy | its own (ERC-7201) |
//! | [`Upgradeable`] | UUPS: the code decides who replaces it | its own (EIP-1967) |
//! | [`Versions`] | what a proxy runs, has run, and is going to run | its own (ERC-7201) |
//! | [`TokenReceiver`] | takes tokens of ERC-721 and ERC-1155 that ask before they are sent | none |
//! | [`Nonces`] | signed messages are used once | its own (ERC-7201) |
//! | [`Eip712`] | the domain that messages are signed for | its own (ERC-7201) |
//! | [`Votes`] | delegated voting power with a history | its own (ERC-7201) |
//! | [`Erc20`] | a fungible token, with a ledger of your choice | 3, with the plain one |
//! | [`Checkpoints`] | a number with its history; a storage type | 1 |
//!
//! Methods, events and errors are those of OpenZeppelin's contracts by name, so that front ends and indexers know them.
//! What has slots of its own is the same state wherever it is a field: [`Votes`] and a contract's [`Nonces`] count
//! together, and so do [`Votes`] and an `Erc20<Votes>`. Interfaces are detected by `#[zx::public(implements(...))]`, see [`erc165`].

mod access;
mod checkpoints;
mod domain;
pub mod erc165;
pub mod erc20;
mod guard;
mod initializable;
mod nonces;
mod ownable;
mod pausable;
mod receiver;
mod upgradeable;
mod versions;
mod votes;

/// What calls components in tests.
#[cfg(not(target_arch = "wasm32"))]
pub use self::{
    access::AccessControlClient, domain::Eip712Client, erc20::Erc20Client, initializable::InitializableClient,
    nonces::NoncesClient, ownable::OwnableClient, pausable::PausableClient, receiver::TokenReceiverClient,
    upgradeable::UpgradeableClient, versions::VersionsClient, votes::VotesClient,
};
pub use access::{
    AccessControl, AccessControlError, DEFAULT_ADMIN_ROLE, IAccessControl, RoleAdminChanged, RoleGranted, RoleRevoked,
    role,
};
pub use checkpoints::{Checkpoint, Checkpoints, CheckpointsError};
pub use domain::{EIP712DomainChanged, Eip712};
pub use erc20::{Balances, Erc20, Erc20Error, Erc20VotesError, Ledger};
pub use guard::{Lock, ReentrancyGuard, ReentrancyGuardError};
pub use initializable::{Initializable, InitializableError, Initialized};
pub use nonces::{Nonces, NoncesError};
pub use ownable::{Ownable, OwnableError, OwnershipTransferStarted, OwnershipTransferred};
pub use pausable::{Pausable, PausableError, Paused, Unpaused};
pub use receiver::{IERC721Receiver, IERC1155Receiver, TokenReceiver};
pub use upgradeable::{IMPLEMENTATION_SLOT, UpgradeError, Upgradeable, Upgraded};
pub use versions::{
    Announced, RolledBack, UpgradeAnnounced, UpgradeWithdrawn, Version, VersionAdded, Versions, VersionsError,
};
pub use votes::{DelegateChanged, DelegateVotesChanged, Votes, VotesError};
