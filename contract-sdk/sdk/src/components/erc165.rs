//! Which interfaces a contract has (ERC-165).
//!
//! `#[zx::public(implements(...))]` gives a contract the method `supportsInterface`, which answers for these interfaces,
//! and does not compile if a method of one is missing:
//!
//! ```
//! # extern crate zx_sdk as zx;
//! use zx::{components::erc165, prelude::*};
//!
//! #[zx::interface]
//! pub trait ICounter {
//!     fn count(&self) -> u64;
//!     fn increase(&mut self);
//! }
//!
//! #[zx::contract]
//! pub struct Counter {
//!     #[view]
//!     count: Item<u64>,
//! }
//!
//! #[zx::public(implements(ICounter))]
//! impl Counter {
//!     pub fn increase(&mut self, _cx: &mut Ctx) {
//!         self.count.add(1);
//!     }
//! }
//!
//! let host = zx::testing::Host::new();
//! let counter = host.deploy::<Counter>(());
//! assert!(counter.supports_interface(ICounter::INTERFACE_ID));
//! assert!(counter.supports_interface(erc165::INTERFACE_ID));
//! assert!(!counter.supports_interface(erc165::INVALID));
//! assert_eq!(ICounter::INTERFACE_ID, zx::interface_id(&["count()", "increase()"]));
//! ```

use crate::{Address, Ctx, FixedBytes};

/// The id of ERC-165 itself.
pub const INTERFACE_ID: FixedBytes<4> = crate::interface_id(&["supportsInterface(bytes4)"]);

/// The id that no contract supports.
pub const INVALID: FixedBytes<4> = FixedBytes([0xFF; 4]);

/// Gas that a contract may take to answer.
const GAS: u64 = 30_000;

zx::sol_interface! {
    /// What ERC-165 asks of a contract.
    pub interface IERC165 {
        /// Whether the contract has an interface.
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
    }
}

/// Whether another contract says that it has this interface, as ERC-165 has it asked: a contract that does not know the
/// question, says yes to everything, or takes more than 30,000 gas to answer, has none.
pub fn supports(cx: &Ctx, contract: Address, interface: FixedBytes<4>) -> bool {
    let other = IERC165::at(contract).with_gas(GAS);
    let says = |id| other.supports_interface(cx, id) == Ok(true);
    says(INTERFACE_ID) && !says(INVALID) && says(interface)
}
