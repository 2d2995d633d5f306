//! What a guest module and the node agree on, said once.
//!
//! 1. [`host_functions!`] is the table of everything that a contract can ask of the node. The SDK expands it into
//!    `extern` declarations, the sandbox into a linker, and [`HOST_FUNCTIONS`] is the same table as data, for the
//!    validator and for `docs/host-functions.md`.
//! 2. [`fuel`] prices the instructions in between.
//! 3. [`limits`] bounds a module; with the feature `validate`, [`validate()`] refuses one that breaks a rule. The node
//!    and `cargo zx-build` call that one function, so what builds is what deploys.
//! 4. `ed25519`, with the feature of that name, says which signatures are valid: a node and the SDK's test host must not
//!    differ in that.
//! 5. [`deploy`] frames a module and its constructor arguments as the input of a create transaction.
//!
//! # The boundary
//! A module imports functions from the namespace [`IMPORT_MODULE`] and exports its `memory`, `call` and, if it has a
//! constructor, `deploy`; both entries take nothing and return an `i32`: 0 keeps the state, anything else reverts it.
//! What the entry last gave to `output` is returned to the caller either way. Words are 32 bytes, big endian, as in
//! the Solidity ABI; addresses are 20 bytes.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

extern crate alloc;

mod compile;
pub mod deploy;
#[cfg(feature = "ed25519")]
pub mod ed25519;
pub mod fuel;
pub mod limits;
#[cfg(feature = "validate")]
pub mod metadata;
mod table;
#[cfg(feature = "validate")]
mod validate;

pub use compile::CompileWork;
pub use deploy::{AccountCode, CODE_PREFIX, DeployError, DeployPayload, DeploySource, ProgramCode};
pub use limits::ModuleLimits;
pub use table::{HOST_FUNCTIONS, HostFunction, TABLE_HASH, WasmType, docs};
#[cfg(feature = "validate")]
pub use validate::{ModuleFacts, ValidationError, is_load, is_store, validate};

/// Namespace that a module imports host functions from.
pub const IMPORT_MODULE: &str = "zx";
/// Export that runs on a call.
pub const EXPORT_CALL: &str = "call";
/// Export that runs once, at deployment.
pub const EXPORT_DEPLOY: &str = "deploy";
/// Export of the linear memory.
pub const EXPORT_MEMORY: &str = "memory";
/// Custom section that carries the JSON ABI of a built module, with documentation (`notice`); see [`metadata`].
pub const ABI_SECTION: &str = "zx_abi";
/// Custom section that carries where its storage lies: JSON in the shape of solc's `storageLayout`.
pub const LAYOUT_SECTION: &str = "zx_layout";
/// Custom section that carries what it was built from and with, in JSON.
pub const BUILD_SECTION: &str = "zx_build";
/// Custom section in which the SDK leaves the signatures that the build turns into [`ABI_SECTION`]: one Solidity
/// declaration a line, after its documentation (`/// ...`).
pub const SIGNATURE_SECTION: &str = "zx_signatures";
/// Custom section in which the SDK leaves the storage fields that the build turns into [`LAYOUT_SECTION`]:
/// `struct Name{label@slot:offset type;...}`.
pub const FIELDS_SECTION: &str = "zx_fields";
