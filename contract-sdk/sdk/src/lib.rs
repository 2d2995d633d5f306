//! What a contract author imports.
//!
//! A contract is one struct of storage fields, one `impl` of public methods, and as many events and errors as it
//! likes. The package is imported under the name `zx`, which the macros rely on:
//!
//! ```toml
//! [dependencies]
//! zx = { package = "zx-sdk", path = "../../contract-sdk/sdk" }
//! ```
//!
//! ```
//! # extern crate zx_sdk as zx;
//! use zx::prelude::*;
//!
//! /// Counts what it is told to count.
//! #[zx::contract]
//! pub struct Counter {
//!     count: Item<U256>,
//! }
//!
//! /// The count went up.
//! #[derive(zx::Event)]
//! pub struct Increased {
//!     /// Who did it.
//!     #[indexed]
//!     pub by: Address,
//!     /// The new count.
//!     pub count: U256,
//! }
//!
//! /// Why a call was refused.
//! #[derive(Debug, PartialEq, zx::Error)]
//! pub enum CounterError {
//!     /// Nothing to add.
//!     NothingToAdd,
//! }
//!
//! #[zx::public]
//! impl Counter {
//!     /// The count.
//!     pub fn count(&self, _cx: &Ctx) -> U256 {
//!         self.count.get()
//!     }
//!
//!     /// Adds to the count; an overflow reverts with `Panic(0x11)`.
//!     pub fn add(&mut self, cx: &mut Ctx, amount: U256) -> Result<U256, CounterError> {
//!         if amount.is_zero() {
//!             return Err(CounterError::NothingToAdd);
//!         }
//!         let count = self.count.add(amount);
//!         cx.emit(Increased { by: cx.sender(), count });
//!         Ok(count)
//!     }
//! }
//!
//! let host = zx::testing::TestHost::new();
//! let mut counter = host.contract::<Counter>();
//! assert_eq!(host.transact(|cx| counter.add(cx, U256::from(2u8))), Ok(U256::from(2u8)));
//! ```
//!
//! # What the SDK promises
//! - **Storage is Solidity's.** Each field of the contract takes the next slot in the order of declaration; an
//!   [`Item`] keeps one value there, a [`Map`] hashes as a Solidity mapping does, small values share a slot. Writes go through at once: there is nothing to flush, and a call into another contract sees them.
//! - **Views cannot write.** `&self` methods are views; writing takes `&mut self`, so the borrow checker refuses it.
//! - **Arithmetic is checked.** [`U256`] reverts with Solidity's `Panic(0x11)` where it would overflow, and so do
//!   Rust's own integers, because contracts are built with overflow checks.
//! - **The outside is Solidity ABI.** Method names turn to camelCase; arguments that do not decode, unknown selectors
//!   and value for a method that is not `#[payable]` revert with a message.
//!
//! Off WebAssembly the same code runs on [`testing`]'s host, so `cargo test` tests a contract.
#![cfg_attr(target_arch = "wasm32", no_std)]
// Allowed only at the WebAssembly boundary, in `host::wasm` and `runtime`, and in `buffer` and `text`.
#![deny(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

extern crate alloc;
/// The macros refer to the package by this name, in its own components too.
extern crate self as zx;

pub mod abi;
mod buffer;
pub mod call;
pub mod components;
mod compose;
pub mod crypto;
mod ctx;
mod declare;
mod entry;
mod error;
mod event;
mod host;
mod i256;
mod math;
pub mod proof;
pub mod revert;
#[cfg(target_arch = "wasm32")]
mod runtime;
mod storage;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod text;
mod u256;

pub use abi::{Abi, Uint};
pub use alloy_primitives::{Address, B256, Bytes, FixedBytes, address, b256};
/// The encoding of [`Borsh`] values.
pub use borsh;
pub use call::{CallError, CallOptions, deployment, instance};
pub use ctx::Ctx;
pub use declare::{interface_id, selector};
pub use entry::{Component, Contract, Entry, Outcome};
pub use error::{ContractError, revert_with};
pub use event::{Event, Log, Topic};
pub use i256::I256;
pub use math::{Checked, Overflow, Underflow};
pub use storage::{
    Array, Borsh, EnumerableMap, EnumerableSet, Field, Immutable, Item, List, Map, MapKey, Ref, RefMut, StorageValue,
    Stored,
};
pub use u256::{Rounding, U256};
pub use zx_sdk_macros::{
    Abi, Error, Event, StorageValue, TypedData, component, contract, interface, public, sol_interface, storage, test,
};

/// Everything that most contracts name: `use zx::prelude::*`.
pub mod prelude {
    pub use crate::{
        Address, Array, B256, Borsh, Bytes, CallError, CallOptions, Ctx, EnumerableMap, EnumerableSet, FixedBytes,
        I256, Immutable, Item, List, Map, Rounding, U256, Uint, ensure, require, revert,
    };
    pub use alloc::{
        string::{String, ToString},
        vec::Vec,
    };
}

/// What the macros emit calls to. No part of the interface: it changes without notice.
#[doc(hidden)]
pub mod __private {
    pub use crate::{
        abi::{Abi, Args, Decoder, Encoder, begin_tuple, take_tuple},
        call::{delegate, invoke, query},
        declare::{
            Declaration, LayoutMember, count, eip1967, erc7201, flatten, interface_id_of, join, join_all, join_parts,
            keccak, len, len_all, len_parts, selector_of, struct_spec, struct_type, tuple_name,
        },
        entry::{
            Component, Contract, Entry, Outcome, Part, Reply, any_has, differs, lacking, no_selector, open, raw,
            refuse_reentry, refuse_value, returns, run, unknown_selector,
        },
        error::ContractError,
        event::{Event, LogWriter, Topic},
        storage::{
            Field, Getter, Lane, Member, Place, Reader, Size, Slot, StorageValue, Stored, Writer, getter_arguments,
            getter_key, getter_selector, opening, plan,
        },
    };
    pub use alloc::{string::String, vec, vec::Vec};
}
