//! Builds contracts. [`build()`] goes this way:
//!
//! 1. get a module: [`toolchain`] finds a compiler for the contract target, [`compile`] runs it; or a file of
//!    WebAssembly text is parsed;
//! 2. [`abi`] turns the declarations that the SDK left in the module into its JSON ABI;
//! 3. [`module`] drops what the node has no use for, and code that cannot run, and embeds the ABI;
//! 4. the node's own validator checks the result;
//! 5. [`artifact`] writes module, ABI and Solidity interface, and [`report`] tells about them.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod abi;
pub mod artifact;
pub mod cli;
pub mod compile;
mod declaration;
mod error;
pub mod layout;
pub mod module;
mod reach;
pub mod report;
pub mod toolchain;

pub use artifact::Artifact;
pub use compile::OptLevel;
pub use error::BuildError;

use std::path::PathBuf;
use toolchain::Preference;
use zx_host_functions::{ABI_SECTION, LAYOUT_SECTION, ModuleLimits, validate};

/// What to build, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Where the module comes from.
    pub source: Source,
    /// Manifest of the package or its workspace; by default the nearest one above the working folder.
    pub manifest: Option<PathBuf>,
    /// Where the artifacts go; by default `zx/artifacts` in the target folder.
    pub out_dir: Option<PathBuf>,
    /// What the compiler optimises for.
    pub opt_level: OptLevel,
    /// Which compiler to take.
    pub toolchain: Preference,
}

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A package; without a name, that of the manifest.
    Package(Option<String>),
    /// A file of WebAssembly text.
    Wat(PathBuf),
}

impl Default for Source {
    fn default() -> Self {
        Self::Package(None)
    }
}

/// Builds a contract, as the [crate](self) describes, and writes its artifacts.
///
/// # Errors
/// No compiler, no such package, a failed compilation, a module that the node refuses, or a file that cannot be
/// read or written.
pub fn build(request: &Request) -> Result<Artifact, BuildError> {
    let raw = match &request.source {
        Source::Package(name) => compile::package(request, name.as_deref())?,
        Source::Wat(path) => compile::wat(path)?,
    };
    let out_dir = match &request.out_dir {
        Some(dir) => dir.clone(),
        None => compile::default_out_dir(request)?,
    };
    finish(&raw.name, &raw.bytes)?.write(&out_dir)
}

/// Makes the artifact of a module as the linker left it.
///
/// # Errors
/// It is malformed, its declarations are, or the node would refuse it.
pub fn finish(name: &str, raw: &[u8]) -> Result<Artifact, BuildError> {
    let sections = module::custom_sections(raw)?;
    let abi = abi::read(&sections)?;
    let layout = layout::read(&sections)?;
    let mut described = vec![(ABI_SECTION, abi.json.as_str())];
    described.extend(layout.as_deref().map(|json| (LAYOUT_SECTION, json)));
    let module = module::strip(raw, &described)?;
    let facts = validate(&module, &ModuleLimits::DEFAULT)
        .map_err(|reason| BuildError::Refused { name: name.to_owned(), reason })?;
    Ok(Artifact::new(name, module, abi, layout, facts))
}
