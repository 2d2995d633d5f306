use std::{io, path::PathBuf};

/// Why a contract cannot be built: what, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// No compiler can build for the contract target.
    #[error(
        "no compiler for contracts was found{searched}\n  fix: rustup target add wasm32v1-none\n  or, on Debian: \
         apt-get install rustc-web cargo-web rust-web-src"
    )]
    NoToolchain {
        /// What was tried, each beginning on a new line.
        searched: String,
    },
    /// There is a compiler with the sources of its library, but no linker for WebAssembly.
    #[error("no linker for WebAssembly was found\n  fix: rustup component add llvm-tools, or apt-get install lld")]
    NoLinker,
    /// `ZX_CONTRACT_TOOLCHAIN` is set to something else.
    #[error("ZX_CONTRACT_TOOLCHAIN is `{0}`: it can be `auto`, `target` or `debian`")]
    UnknownToolchain(String),
    /// Cargo cannot read the workspace.
    #[error("cannot read the workspace: {0}")]
    Metadata(#[from] cargo_metadata::Error),
    /// The workspace has no such package.
    #[error("there is no package `{name}` in {workspace}{candidates}")]
    NoPackage {
        /// Name that was asked for.
        name: String,
        /// Root of the workspace.
        workspace: PathBuf,
        /// Packages that there are, or nothing.
        candidates: String,
    },
    /// The manifest is that of a workspace, and no package was named.
    #[error("{workspace} is a workspace: say which contract, with `-p NAME`{candidates}")]
    WhichPackage {
        /// Root of the workspace.
        workspace: PathBuf,
        /// Contracts that there are, or nothing.
        candidates: String,
    },
    /// The compiler failed; it has said why.
    #[error("`{name}` did not compile")]
    Compilation {
        /// Name of the package.
        name: String,
    },
    /// The compiler succeeded without a module.
    #[error("compiling `{name}` made no WebAssembly module: has the package a library (src/lib.rs)?")]
    NoModule {
        /// Name of the package.
        name: String,
    },
    /// The text is not WebAssembly.
    #[error("{0}")]
    Wat(#[from] wat::Error),
    /// The module cannot be taken apart.
    #[error("the module is malformed: {0}")]
    Malformed(#[from] wasmparser::BinaryReaderError),
    /// A declaration in the module is not Solidity's.
    #[error("section `{section}` of the module: `{line}` cannot be read: {reason}")]
    Declaration {
        /// Name of the section.
        section: &'static str,
        /// What cannot be read.
        line: String,
        /// Why.
        reason: String,
    },
    /// The node would refuse the module.
    #[error("the node would refuse `{name}`: {reason}")]
    Refused {
        /// Name of the contract.
        name: String,
        /// The validator's words.
        reason: zx_host_functions::ValidationError,
    },
    /// A file or program is out of reach.
    #[error("{what} {}: {source}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The ABI cannot be written as JSON.
    #[error("cannot write the ABI: {0}")]
    Json(#[from] serde_json::Error),
}

impl BuildError {
    pub(crate) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source }
    }
}
