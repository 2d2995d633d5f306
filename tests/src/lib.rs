//! Tests across rooms: the real binary, real clients, the house rules.
//!
//! This library is the harness; the tests are in `tests/it` and `tests/library`. A test starts a [`Node`] on a free port, speaks to it
//! through an [`Rpc`] client or bare [`Http`], signs with an [`Account`], and takes contracts from [`artifacts`], which
//! are built by the real `cargo-zx-build`. The suites of `tests/clients` run under [`clients`].
#![forbid(unsafe_code)]

mod account;
pub mod artifacts;
pub mod clients;
mod http;
mod node;
mod process;
mod rpc;
mod schema;
mod socket;
mod zx;

pub use account::{Account, CHAIN_ID};
pub use http::{Http, Response};
pub use node::{Node, verb};
pub use process::Signal;
pub use rpc::{Rpc, RpcError, quantity};
pub use schema::Schema;
pub use socket::{Closed, Socket};
pub use zx::{Running, Said, Zx};

use std::path::{Path, PathBuf};

/// Root of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/"))
}

/// A binary of the workspace: what the variable says, or the one that was built beside the running test.
///
/// # Errors
/// If it is not there; the message says how to build it.
pub fn binary(name: &str, variable: &str) -> eyre::Result<PathBuf> {
    let path = match std::env::var_os(variable) {
        Some(path) => PathBuf::from(path),
        None => std::env::current_exe()?.ancestors().nth(2).unwrap_or(Path::new("/")).join(name),
    };
    eyre::ensure!(path.is_file(), "{} is missing: run `make build`, or name it in {variable}", path.display());
    Ok(path)
}
