//! Why a verb did not do what it was asked, and the exit code that says so to a script.

use crate::BuildError;
use alloy_primitives::{Address, Bytes};
use serde_json::Value;
use std::{io, path::PathBuf};

/// Exit codes of `cargo zx`. 0 is success; the numbers are part of the interface (`docs/cargo-zx.md`).
pub mod exit {
    /// Something else went wrong: a compilation, a file.
    pub const FAILURE: u8 = 1;
    /// The command line cannot be read, or an argument does not fit its type.
    pub const USAGE: u8 = 2;
    /// The contract reverted.
    pub const REVERTED: u8 = 3;
    /// The node did not answer.
    pub const UNREACHABLE: u8 = 4;
    /// The node is of another chain than `--chain` says.
    pub const WRONG_CHAIN: u8 = 5;
    /// There is no key, or it cannot be unlocked.
    pub const KEY: u8 = 6;
    /// A comparison failed: `verify` found other code, `layout-diff` a change that corrupts storage.
    pub const DIFFERS: u8 = 7;
}

/// Why a verb failed: what, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The contract cannot be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The command line is well-formed, but asks for something that cannot be.
    #[error("{0}")]
    Usage(String),
    /// Something else; the text says what and what to do.
    #[error("{0}")]
    Other(String),
    /// The contract reverted.
    #[error("{what} reverted: {reason}")]
    Reverted {
        /// What was called or sent.
        what: String,
        /// The decoded reason.
        reason: String,
        /// Revert data, for `--json`.
        data: Bytes,
    },
    /// No answer.
    #[error(
        "no answer from the node at {url}: {cause}\n  fix: start one with `zx-node dev`, or name another with `--rpc URL` or ZX_RPC_URL"
    )]
    Unreachable {
        /// Its URL.
        url: String,
        /// What the connection failed with.
        cause: String,
    },
    /// An error object.
    #[error("the node at {url} refused {method}: {message} ({code})")]
    Rpc {
        /// URL of the node.
        url: String,
        /// Method of JSON-RPC.
        method: String,
        /// Code of the error.
        code: i64,
        /// Its message.
        message: String,
        /// Its data: of a revert, the revert data.
        data: Option<Bytes>,
    },
    /// Another chain.
    #[error(
        "the node at {url} is of chain {actual}, not of {wanted} as `--chain` says\n  fix: `--chain {actual}`, or another `--rpc`"
    )]
    WrongChain {
        /// URL of the node.
        url: String,
        /// Chain id that was asked for.
        wanted: u64,
        /// Chain id of the node.
        actual: u64,
    },
    /// No key, or a locked one.
    #[error("{0}")]
    Key(String),
    /// No code where a contract should be.
    #[error(
        "there is no contract at {address} on {url}\n  fix: check the address, and that `--rpc` is the chain it was deployed to"
    )]
    NoCode {
        /// The address.
        address: Address,
        /// URL of the node.
        url: String,
    },
    /// A comparison failed; people have been told what differs.
    #[error("{message}")]
    Differs {
        /// What was compared.
        message: String,
        /// What differs, for `--json`: an object.
        details: Value,
    },
    /// A file.
    #[error("{what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
}

impl Failure {
    /// Code that the process ends with.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Build(_) | Self::Other(_) | Self::Rpc { .. } | Self::NoCode { .. } | Self::Io { .. } => exit::FAILURE,
            Self::Usage(_) => exit::USAGE,
            Self::Reverted { .. } => exit::REVERTED,
            Self::Unreachable { .. } => exit::UNREACHABLE,
            Self::WrongChain { .. } => exit::WRONG_CHAIN,
            Self::Key(_) => exit::KEY,
            Self::Differs { .. } => exit::DIFFERS,
        }
    }

    /// Name of the kind, for `--json`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Build(_) => "build",
            Self::Usage(_) => "usage",
            Self::Other(_) => "failure",
            Self::Reverted { .. } => "reverted",
            Self::Unreachable { .. } => "unreachable",
            Self::Rpc { .. } => "rpc",
            Self::WrongChain { .. } => "wrong-chain",
            Self::Key(_) => "key",
            Self::NoCode { .. } => "no-code",
            Self::Differs { .. } => "differs",
            Self::Io { .. } => "io",
        }
    }

    pub(crate) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Other(format!("cannot write JSON: {error}"))
    }
}
