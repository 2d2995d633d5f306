//! Whether a contract can take over the storage of another: the gate before an upgrade.
//!
//! [`Layout`] is what the custom section `zx_layout` holds, in the shape of solc's `storageLayout`, so that Solidity
//! contracts compare as well. [`compare()`] says what changed, and which changes would corrupt stored data.

mod compare;
mod layout;
mod types;

pub use compare::{Finding, Severity, compare};
pub use layout::{Immutable, Layout, TypeInfo, Variable};
